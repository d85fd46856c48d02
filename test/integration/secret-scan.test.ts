import { execFile } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { toTokenText } from '../../shared/domain/api-token.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** How the scan of the project ends over one file with this text. */
async function scan(text: string): Promise<{ readonly code: number; readonly output: string }> {
  const program = join(root, 'node_modules/secretlint/bin/secretlint.js')
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [program, '--no-color', '--stdinFileName=file.ts'],
      { cwd: root },
      (error, stdout, stderr) => resolve({ code: error ? Number(error.code) : 0, output: stdout + stderr }),
    )
    child.stdin?.end(text)
  })
}

// Put together here, so that the scan of this file finds none.
const secrets = {
  'PATTERN: an API token of Sluice': toTokenText({ id: '01kdvdnc00000000000000t0k1', secret: 'S'.repeat(43) }),
  'PATTERN: a JSON Web Token': [`eyJ${'a'.repeat(20)}`, `eyJ${'b'.repeat(30)}`, 'c'.repeat(43)].join('.'),
  SLACK_TOKEN: ['xoxb', '123456789012', '1234567890123', 'a'.repeat(24)].join('-'),
  PrivateKey: generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString(),
  AWSSecretAccessKey: `AWS_SECRET_ACCESS_KEY = "${'wJalrXUtnFEMI/K7MDENG/bPxRfiCY'}${'abcdefghij'}"`,
}

it.each(Object.entries(secrets))('finds a secret in a file: %s', { timeout: 60_000 }, async (name, secret) => {
  const { code, output } = await scan(`export const lost = '${secret}'\n`)
  expect(output).toContain(name.split(':')[0])
  expect(code).toBe(1)
})

it('finds nothing where there is nothing', { timeout: 60_000 }, async () => {
  expect(await scan("export const token = 'sluice_<id>_<secret>'\n")).toEqual({ code: 0, output: '' })
})
