import * as sdk from '@aws-sdk/client-route-53'
import { describe, expect, it } from 'vitest'
import type { WireRequest } from '../../../../../local/aws/protocol/protocol.ts'
import { findRoute, readLabels } from '../../../../../local/aws/protocol/rest-routes.ts'
import { restXmlProtocol } from '../../../../../local/aws/protocol/rest-xml.ts'
import { AwsError, type AwsService } from '../../../../../local/aws/service.ts'

const service: AwsService = {
  signingName: 'route53',
  apiVersion: '2013-04-01',
  xmlNamespace: 'https://route53.amazonaws.com/doc/2013-04-01/',
  speaksRestXml: true,
  catalogue: sdk,
  operations: {},
}

function aRequest(method: string, target: string, body = ''): WireRequest {
  const url = new URL(target, 'http://local')
  return {
    method,
    path: url.pathname,
    query: url.searchParams,
    headers: {},
    body: Buffer.from(body),
    signingName: 'route53',
  }
}

describe('the operation of a request', () => {
  it.each([
    ['POST', '/2013-04-01/hostedzone', 'CreateHostedZone'],
    ['GET', '/2013-04-01/hostedzone?maxitems=1', 'ListHostedZones'],
    ['GET', '/2013-04-01/hostedzone/Z1', 'GetHostedZone'],
    ['DELETE', '/2013-04-01/hostedzone/Z1', 'DeleteHostedZone'],
    ['POST', '/2013-04-01/hostedzone/Z1/rrset', 'ChangeResourceRecordSets'],
    // Older versions of botocore end the path with a slash.
    ['POST', '/2013-04-01/hostedzone/Z1/rrset/', 'ChangeResourceRecordSets'],
    ['GET', '/2013-04-01/hostedzone/Z1/rrset?name=a', 'ListResourceRecordSets'],
    ['GET', '/2013-04-01/hostedzonesbyname', 'ListHostedZonesByName'],
    ['GET', '/2013-04-01/change/C1', 'GetChange'],
    ['GET', '/2013-04-01/healthcheck/h/status', 'GetHealthCheckStatus'],
    ['GET', '/2013-04-01/tags/hostedzone/Z1', 'ListTagsForResource'],
    ['PATCH', '/2013-04-01/hostedzone/Z1', 'PATCH /2013-04-01/hostedzone/Z1'],
  ])('of %s %s is %s', (method, target, operationName) => {
    expect(restXmlProtocol.addressee(aRequest(method, target), [service])).toEqual({ service, operationName })
  })

  it.each([
    ['another version', '/2014-01-01/hostedzone', service],
    ['a service that speaks something else', '/2013-04-01/hostedzone', { ...service, speaksRestXml: false }],
  ])('is nothing for %s', (_name, target, asked) => {
    expect(restXmlProtocol.addressee(aRequest('GET', target), [asked])).toBeUndefined()
  })

  it('has its labels decoded', () => {
    const path = '/2013-04-01/tags/hostedzone/%2Fhostedzone%2FZ1'
    const route = findRoute(service, 'GET', path)
    if (!route) throw new Error('there is no such route')
    expect([...readLabels(route, path)]).toEqual([
      ['ResourceType', 'hostedzone'],
      ['ResourceId', '/hostedzone/Z1'],
    ])
    expect(() => readLabels(route, '/2013-04-01/tags/hostedzone/%ff')).toThrow(
      expect.objectContaining({ code: 'InvalidInput' }) as AwsError,
    )
  })
})

describe('the input', () => {
  it('comes from path and query', () => {
    const target =
      '/2013-04-01/hostedzone/Z1/rrset?name=%5C052.example.com.&type=A&identifier=a%20b&maxitems=300&color=red'
    expect(restXmlProtocol.readInput(sdk.ListResourceRecordSets$, aRequest('GET', target))).toEqual({
      HostedZoneId: 'Z1',
      StartRecordName: '\\052.example.com.',
      StartRecordType: 'A',
      StartRecordIdentifier: 'a b',
      MaxItems: 300,
    })
  })

  it('comes from path and body', () => {
    const body = '<UpdateHostedZoneCommentRequest><Comment>new</Comment></UpdateHostedZoneCommentRequest>'
    const request = aRequest('POST', '/2013-04-01/hostedzone/Z1', body)
    expect(restXmlProtocol.readInput(sdk.UpdateHostedZoneComment$, request)).toEqual({ Id: 'Z1', Comment: 'new' })
    expect(restXmlProtocol.readInput(sdk.UpdateHostedZoneComment$, { ...request, body: Buffer.alloc(0) })).toEqual({
      Id: 'Z1',
    })
  })

  it.each([
    ['a member of the body', sdk.CreateHostedZone$, aRequest('POST', '/2013-04-01/hostedzone'), "Value null at 'name'"],
    [
      'a query parameter',
      sdk.TestDNSAnswer$,
      aRequest('GET', '/2013-04-01/testdnsanswer?hostedzoneid=Z1'),
      "Value null at 'recordName'",
    ],
  ])('is refused without %s', (_name, schema, request, message) => {
    expect(() => restXmlProtocol.readInput(schema, request)).toThrow(
      expect.objectContaining({ code: 'InvalidInput', message: expect.stringContaining(message) }) as AwsError,
    )
  })

  it('is refused with a number that is none', () => {
    const request = aRequest('GET', '/2013-04-01/hostedzone?maxitems=many')
    expect(() => restXmlProtocol.readInput(sdk.ListHostedZones$, request)).toThrow(
      "MaxItems must be a number, not 'many'",
    )
  })
})

describe('the answer', () => {
  const context = { service, requestId: 'r-1', request: aRequest('POST', '/2013-04-01/hostedzone') }

  it('is XML under the root of its shape; what belongs in a header goes there', () => {
    const output = {
      HostedZone: { Id: '/hostedzone/Z1', Name: 'a<b>.com.', CallerReference: 'one' },
      ChangeInfo: { Id: '/change/C1', Status: 'PENDING', SubmittedAt: new Date('2026-01-01T00:00:00Z') },
      DelegationSet: { NameServers: ['ns-1', 'ns-2'] },
      Location: 'https://route53.amazonaws.com/2013-04-01/hostedzone/Z1',
    }
    const answer = restXmlProtocol.writeOutput(sdk.CreateHostedZone$, output, context)
    expect(answer).toEqual({
      status: 201,
      headers: { 'content-type': 'text/xml', 'x-amzn-requestid': 'r-1', location: output.Location },
      body:
        '<?xml version="1.0"?>\n<CreateHostedZoneResponse xmlns="https://route53.amazonaws.com/doc/2013-04-01/">' +
        '<HostedZone><Id>/hostedzone/Z1</Id><Name>a&lt;b&gt;.com.</Name><CallerReference>one</CallerReference></HostedZone>' +
        '<ChangeInfo><Id>/change/C1</Id><Status>PENDING</Status><SubmittedAt>2026-01-01T00:00:00Z</SubmittedAt></ChangeInfo>' +
        '<DelegationSet><NameServers><NameServer>ns-1</NameServer><NameServer>ns-2</NameServer></NameServers></DelegationSet>' +
        '</CreateHostedZoneResponse>',
    })
  })

  it.each([
    ['NoSuchHostedZone', 404],
    ['HostedZoneAlreadyExists', 409],
    ['InvalidChangeBatch', 400],
    ['PriorRequestNotComplete', 400],
    ['Throttling', 400],
  ])('to a refusal has the code %s and the status %i', (code, status) => {
    expect(restXmlProtocol.writeError(new AwsError(code, 'no'), context)).toEqual({
      status,
      headers: { 'content-type': 'text/xml', 'x-amzn-requestid': 'r-1' },
      body: `<?xml version="1.0"?>\n<ErrorResponse xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><Error><Type>Sender</Type><Code>${code}</Code><Message>no</Message></Error><RequestId>r-1</RequestId></ErrorResponse>`,
    })
  })
})
