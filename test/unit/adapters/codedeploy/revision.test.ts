import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromRevisionLocation, toRevisionLocation } from '../../../../shared/adapters/codedeploy/revision.ts'
import type { CodeDeployRevision } from '../../../../shared/domain/codedeploy-revision.ts'

const text = fc.string({ minLength: 1 })
const optional = (name: 'version' | 'eTag') =>
  fc.option(text, { nil: undefined }).map((value) => value && { [name]: value })
const revisions: fc.Arbitrary<CodeDeployRevision> = fc.oneof(
  fc
    .dictionary(text, fc.jsonValue(), { noNullPrototype: true })
    // Negative zero has no JSON, and a parser makes a prototype of `__proto__`.
    .map((appSpec) => ({ type: 'app-spec' as const, appSpec: JSON.parse(JSON.stringify(appSpec)) }))
    .filter(({ appSpec }) => !JSON.stringify(appSpec).includes('__proto__')),
  fc
    .tuple(text, text, fc.constantFrom('tar', 'tgz', 'zip', 'YAML', 'JSON'), optional('version'), optional('eTag'))
    .map(([bucket, key, bundleType, ...more]) =>
      Object.assign({ type: 's3' as const, bucket, key, bundleType }, ...more),
    ),
  fc.record({ type: fc.constant('github' as const), repository: text, commitId: text }),
)

describe('a revision', () => {
  it('comes back from CodeDeploy as it was sent', () => {
    fc.assert(
      fc.property(revisions, (revision) => {
        expect(fromRevisionLocation(toRevisionLocation(revision))).toEqual(revision)
      }),
    )
  })

  it.each([
    ['YAML', { revisionType: 'AppSpecContent', appSpecContent: { content: 'version: 0.0\nResources: []' } }],
    ['JSON of the older way', { revisionType: 'String', string: { content: '{"version":0.0,"Resources":[]}' } }],
  ] as const)('is read from %s too', (_, location) => {
    expect(fromRevisionLocation(location)).toEqual({ type: 'app-spec', appSpec: { version: 0, Resources: [] } })
  })

  it.each([
    ['nothing', undefined],
    ['no type', {}],
    ['an AppSpec without content', { revisionType: 'AppSpecContent', appSpecContent: { sha256: 'abc' } }],
    ['content that is no AppSpec', { revisionType: 'AppSpecContent', appSpecContent: { content: '[1]' } }],
    ['content that cannot be read', { revisionType: 'AppSpecContent', appSpecContent: { content: '{"a' } }],
    ['a bundle without a key', { revisionType: 'S3', s3Location: { bucket: 'b', bundleType: 'zip' } }],
    ['a commit without its repository', { revisionType: 'GitHub', gitHubLocation: { commitId: 'a' } }],
  ] as const)('is unknown where CodeDeploy tells %s', (_, location) => {
    expect(fromRevisionLocation(location)).toBeNull()
  })
})
