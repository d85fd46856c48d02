import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readAdvisories, readSignatures } from '../../../scripts/supply-chain/audit.ts'
import { type LockFile, licencesNotAllowed, shippedPackages } from '../../../scripts/supply-chain/licences.ts'

const lock: LockFile = JSON.parse(readFileSync(new URL('../../../package-lock.json', import.meta.url), 'utf8'))

describe('what ships', () => {
  it('is under licences that let us ship it', () => {
    expect(shippedPackages(lock).length).toBeGreaterThan(20)
    expect(licencesNotAllowed(lock)).toEqual([])
  })

  it('is found out where its licence does not, or is not named', () => {
    const packages = {
      '': { license: 'MIT' },
      'node_modules/a': { license: 'GPL-3.0' },
      'node_modules/a/node_modules/@b/c': {},
      'node_modules/d': { license: '(GPL-3.0 OR MIT)' },
      'node_modules/e': { license: 'MIT AND GPL-3.0' },
      'node_modules/f': { license: 'GPL-3.0', dev: true },
    }
    expect(licencesNotAllowed({ packages })).toEqual(['a: GPL-3.0', '@b/c: none', 'e: MIT AND GPL-3.0'])
  })

  it('is pinned with what it is, as everything that is installed', () => {
    const entries = Object.entries(lock.packages).filter(([path]) => path !== '')
    const loose = entries.filter(([, { integrity = '' }]) => !integrity.startsWith('sha512-'))
    expect(loose.map(([path]) => path)).toEqual([])
  })
})

describe('the answer about known holes', () => {
  const holes = {
    low: { severity: 'low' },
    moderate: { severity: 'moderate' },
    high: { severity: 'high' },
    critical: { severity: 'critical' },
  }
  it.each([
    ['none', { vulnerabilities: {} }, { type: 'fine' }],
    ['small ones', { vulnerabilities: { a: holes.low, b: holes.moderate } }, { type: 'fine' }],
    [
      'large ones',
      { vulnerabilities: { a: holes.high, b: holes.critical } },
      { type: 'found', what: ['a: high', 'b: critical'] },
    ],
    [
      'no endpoint',
      { message: '405 Method Not Allowed\nmore', method: 'POST' },
      { type: 'unknown', why: '405 Method Not Allowed' },
    ],
    [
      'no network',
      { error: { code: 'ENOTFOUND', summary: 'getaddrinfo ENOTFOUND' } },
      { type: 'unknown', why: 'getaddrinfo ENOTFOUND' },
    ],
  ])('is understood: %s', (_name, report, result) => {
    expect(readAdvisories(JSON.stringify(report))).toEqual(result)
  })

  it.each(['', 'npm error', '[]', 'null'])('is unknown where it is %j', (output) => {
    const result = { type: 'unknown', why: 'no answer that could be read' }
    expect(readAdvisories(output)).toEqual(result)
    expect(readSignatures(output)).toEqual(result)
  })
})

describe('the answer about signatures', () => {
  it.each([
    ['all are good', { invalid: [], missing: [{ name: 'old' }] }, { type: 'fine' }],
    [
      'one is wrong',
      { invalid: [{ name: 'a', version: '1.0.0' }], missing: [] },
      { type: 'found', what: ['a@1.0.0: its signature is wrong'] },
    ],
    ['there is no network', { error: { summary: 'network' } }, { type: 'unknown', why: 'network' }],
  ])('is understood: %s', (_name, report, result) => {
    expect(readSignatures(JSON.stringify(report))).toEqual(result)
  })
})
