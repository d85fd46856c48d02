import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse as parseYaml } from 'yaml'
import { parse } from '../../../functions/api/parse.ts'
import { policyBody } from '../../../functions/api/schemas/access.ts'
import { type CommandRule, commands } from '../../../shared/domain/access/commands.ts'
import { roles } from '../../../shared/domain/access/role.ts'

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
