import { DescribeRulesCommand, ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import { describe, expect, it, onTestFinished } from 'vitest'
import { toClientConfig } from '../../shared/adapters/aws-client.ts'
import { callingAws } from '../../shared/adapters/aws-error.ts'
import { TransientError } from '../../shared/domain/errors.ts'
import { startAnsweringServer } from '../support/answering-server.ts'

async function read(url: string, maxAttempts: number): Promise<unknown> {
  const client = new ElasticLoadBalancingV2Client({
    ...toClientConfig('eu-west-1', { maxAttempts, timeoutMs: 50 }),
    endpoint: url,
    credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
  })
  onTestFinished(() => client.destroy())
  return callingAws({ tried: 'elasticloadbalancing:DescribeRules', on: 'a rule' }, () =>
    client.send(new DescribeRulesCommand({})),
  )
}

describe('a client with limits', () => {
  it.each([1, 2])('gives up after %d attempts without an answer', async (maxAttempts) => {
    const silent = await startAnsweringServer(null)
    await expect(read(silent.url, maxAttempts)).rejects.toThrow(TransientError)
    expect(silent.signedFor).toHaveLength(maxAttempts)
  })

  it('takes an answer that it cannot read for an unknown outcome', async () => {
    const { url } = await startAnsweringServer(200, '<DescribeRulesResponse><cut off')
    await expect(read(url, 1)).rejects.toThrow(TransientError)
  })

  it('takes a closed port for a passing failure', async () => {
    await expect(read('http://127.0.0.1:1', 1)).rejects.toThrow(TransientError)
  })
})
