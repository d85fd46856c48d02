import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { buildFunction } from '../../scripts/build-functions.ts'

it('a bundle brings the notice of each package in it, and of no other', { timeout: 60_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-notices-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const { inputs } = await buildFunction('evaluate-gates', folder)
  const notices = await readFile(join(folder, 'THIRD-PARTY-NOTICES.txt'), 'utf8')
  const [ipaddr, ...same] = notices.split(/^-{80}$/m).filter((notice) => notice.trim().startsWith('ipaddr.js '))
  expect(same).toEqual([])
  expect(ipaddr).toMatch(/^\n*ipaddr\.js 2\.\d+\.\d+, MIT\n\nCopyright \(C\) 2011-\d+ whitequark/)
  const bundled = new Set(
    Object.keys(inputs).flatMap((input) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1] ?? []),
  )
  for (const name of bundled) expect(notices).toMatch(new RegExp(`^${name} \\d`, 'm'))
  expect(notices).not.toMatch(/^vitest \d/m)
})
