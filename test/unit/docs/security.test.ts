import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse as parseYaml } from 'yaml'
import { parse } from '../../../functions/api/parse.ts'
import { policyBody } from '../../../functions/api/schemas/access.ts'
import { type CommandRule, commands } from '../../../shared/domain/access/commands.ts'
import { roles } from '../../../shared/domain/access/role.ts'
import { defaultRates } from '../../../shared/use-cases/access/rate-guard.ts'

const page = readFileSync(new URL('../../../docs/security.md', import.meta.url), 'utf8')
const blocksOf = (language: string) =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(([, text = '']) => text)

function toRow([command, { roles: may, scope, notByCreator }]: readonly [string, CommandRule]): string {
  const cells = roles.map((role) => (may.includes(role) ? ' yes |' : ' |')).join('')
  return `| \`${command}\` |${cells} ${scope}${notByCreator ? ', not by its creator' : ''} |`
}

describe('docs/security.md', () => {
  it('has the table of commands as it is', () => {
    const [, , ...rows] = page.split('\n').slice(page.split('\n').findIndex((line) => line.startsWith('| command |')))
    expect(rows.slice(0, rows.indexOf(''))).toEqual(Object.entries(commands).map(toRow))
  })

  it('names for each threat a control and tests that are there', () => {
    const section = page.slice(page.indexOf('\n## Threats'))
    const rows = section.split('\n').filter((line) => line.startsWith('| ') && !/^\| (threat|---|\*\*)/.test(line))
    const cells = rows.map((row) => row.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '')))
    expect(cells.length).toBeGreaterThan(35)
    expect(cells.filter((row) => row.length !== 3 || row.some((cell) => cell.trim() === ''))).toEqual([])
    const tests = cells.flatMap(([, , named = '']) => [...named.matchAll(/`([^`]+)`/g)].map(([, file = '']) => file))
    expect(tests.length).toBeGreaterThanOrEqual(cells.length)
    const gone = tests.filter((file) => !existsSync(new URL(`../../${file}`, import.meta.url)))
    expect(gone).toEqual([])
  })

  it.each([
    'API',
    'Tokens',
    'OpenID Connect',
    'Slack',
    'Audit',
    'Requests that Sluice sends',
    'Rights in AWS',
    'State machine and functions',
    'Supply chain',
    'Local mode',
  ])('looks at threats to: %s', (area) => {
    expect(page).toContain(`\n| **${area}** | | |\n| `)
  })

  it('names the limits as they are', () => {
    const { counted, reads } = defaultRates
    const row = (start: string) => page.split('\n').find((line) => line.startsWith(`| ${start}`)) ?? ''
    expect(row('reads (')).toContain(`| ${reads.perSecond} a second, ${reads.most} at once |`)
    expect(row('commands (')).toContain(`| ${counted.command.most} a minute |`)
    expect(row('abort, pause')).toContain(`| ${counted['take-back'].most} a minute, `)
    expect(row('attempts without')).toContain(`| ${counted.refused.most} a minute |`)
    expect(row('what the policy does not allow')).toContain(`| ${counted.forbidden.most} a minute; `)
    expect(Object.values(counted).map(({ windowSeconds }) => windowSeconds)).toEqual([60, 60, 60, 60])
  })

  it('shows policies that would be taken', () => {
    const policies = blocksOf('json').map((text) => parse(policyBody, JSON.parse(text), 'policy'))
    expect(policies.map(({ rules }) => rules.length)).toEqual([4, 1])
  })

  it('shows workflows that ask for a token', () => {
    const [gitHub, gitLab, ...more] = blocksOf('yaml').map((text) => parseYaml(text))
    expect(more).toEqual([])
    expect(gitHub.permissions).toEqual({ contents: 'read', 'id-token': 'write' })
    expect(gitHub.jobs.deploy.environment).toBe('production')
    expect(gitLab.deploy.id_tokens).toEqual({ SLUICE_TOKEN: { aud: 'sluice' } })
  })
})
