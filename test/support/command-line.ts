import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { ResourceRecordSet } from '@aws-sdk/client-route-53'
import type { LocalRun } from '../../local/start.ts'

/** Debian's own programs first; where they are not, the first of the search path. */
const find = (program: string) =>
  ['/usr/bin', ...(process.env.PATH ?? '').split(':')].map((folder) => join(folder, program)).find(existsSync)
const aws = find('aws')
const dig = find('dig')
const run = promisify(execFile)

/** Whether the real AWS CLI and the real dig are here. */
export const areProgramsThere = aws !== undefined && dig !== undefined

/** What `aws … --output json` prints, parsed; an empty object where that is nothing. */
export async function runAws(local: LocalRun, ...args: readonly string[]): Promise<unknown> {
  const env = {
    ...process.env,
    AWS_ACCESS_KEY_ID: 'any',
    AWS_SECRET_ACCESS_KEY: 'thing',
    AWS_DEFAULT_REGION: 'eu-west-1',
    // Patience with the account's five requests a second, which Sluice uses too.
    AWS_MAX_ATTEMPTS: '10',
  }
  const { stdout } = await run(aws ?? '', ['--endpoint-url', local.awsUrl, '--output', 'json', ...args], { env })
  return stdout.trim() === '' ? {} : JSON.parse(stdout)
}

/** The record sets of a zone, as `aws route53 list-resource-record-sets` has them. */
export async function listByCli(local: LocalRun, zoneId: string): Promise<readonly ResourceRecordSet[]> {
  const answer = await runAws(local, 'route53', 'list-resource-record-sets', '--hosted-zone-id', zoneId)
  return (answer as { ResourceRecordSets: ResourceRecordSet[] }).ResourceRecordSets
}

/** The lines that `dig` prints for a name. */
export async function digFor(
  { dnsAddress }: LocalRun,
  name: string,
  ...options: readonly string[]
): Promise<readonly string[]> {
  const [host = '', port = ''] = dnsAddress.split(':')
  const { stdout } = await run(dig ?? '', [`@${host}`, '-p', port, name, '+tries=3', '+time=2', ...options])
  return stdout.trim().split('\n')
}
