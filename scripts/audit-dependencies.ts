import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { type AuditResult, readAdvisories, readSignatures } from './supply-chain/audit.ts'

/**
 * Asks the registry about known holes of what ships, and whether everything that is installed is what it has signed. Fails for
 * what is found. Where the registry cannot be reached or does not say, it tells so and goes on: the rest of the checks needs
 * no network.
 */
const run = promisify(execFile)
const patience = ['--fetch-timeout=20000', '--fetch-retries=1', '--json']

/** `npm` ends with 1 for a finding and for a failure alike; what it printed tells which. */
async function npm(...args: readonly string[]): Promise<string> {
  try {
    return (await run('npm', [...args, ...patience], { timeout: 120_000, maxBuffer: 64 * 1024 * 1024 })).stdout
  } catch (error) {
    return typeof error === 'object' && error !== null && 'stdout' in error ? String(error.stdout) : ''
  }
}

const results: Readonly<Record<string, AuditResult>> = {
  'known holes': readAdvisories(await npm('audit', '--omit=dev')),
  signatures: readSignatures(await npm('audit', 'signatures')),
}
for (const [name, result] of Object.entries(results)) {
  switch (result.type) {
    case 'fine':
      process.stdout.write(`${name}: nothing found\n`)
      break
    case 'unknown':
      process.stdout.write(`${name}: not checked, the registry does not say (${result.why})\n`)
      break
    case 'found':
      process.stdout.write(`${name}:\n${result.what.map((line) => `- ${line}\n`).join('')}`)
      process.exitCode = 1
  }
}
