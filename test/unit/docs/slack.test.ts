import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse as parseYaml } from 'yaml'
import { z } from 'zod'
import { parse } from '../../../functions/api/parse.ts'
import { policyBody } from '../../../functions/api/schemas/access.ts'
import { isDestructive, strategyUsage, usage } from '../../../functions/slack/command.ts'
import { parseCommand } from '../../../functions/slack/parse-command.ts'
import { defaultPlace, secondUser } from '../../../local/slack/people.ts'

const page = readFileSync(new URL('../../../docs/slack.md', import.meta.url), 'utf8')
const blocksOf = (language: string) =>
  [...page.matchAll(new RegExp(`^ *\`\`\`${language}\n([\\s\\S]*?)^ *\`\`\``, 'gm'))].map(([, text = '']) => text)

describe('docs/slack.md', () => {
  it('has every command as it is used', () => {
    const rows = [...page.matchAll(/^\| `\/sluice (.*?)` \|/gm)].map(([, row = '']) => row.replaceAll('\\|', '|'))
    expect(rows.sort()).toEqual(Object.values(usage).sort())
    for (const example of strategyUsage) expect(page).toContain(`\`${example}\``)
  })

  it('says which commands ask first', () => {
    const asks = [...page.matchAll(/^\| `\/sluice (\w+) .*\| yes \|$/gm)].map(([, word]) => word)
    expect(asks).toEqual(['reject', 'abort', 'rollback'])
    for (const text of ['reject web', 'abort web', 'rollback web', 'promote web full', 'resume web overwrite']) {
      const parsed = parseCommand(text)
      expect(parsed.ok && isDestructive(parsed.command)).toBe(true)
    }
  })

  it('has a manifest whose addresses are routes of the stack', () => {
    const [manifest, ...more] = blocksOf('yaml').map((text) => parseYaml(text))
    expect(more).toEqual([])
    const stack = readFileSync(new URL('../../../serverless.yml', import.meta.url), 'utf8')
    const [command] = manifest.features.slash_commands
    for (const address of [command.url, manifest.settings.interactivity.request_url])
      expect(stack).toContain(`- httpApi: POST ${new URL(address).pathname}\n`)
    expect(manifest.oauth_config.scopes.bot).toEqual(['commands', 'chat:write'])
  })

  it('shows rules that a policy takes', () => {
    const [rules, ...more] = blocksOf('json').map((text) => parse(policyBody, JSON.parse(text), 'policy').rules)
    expect(more).toEqual([])
    expect(rules?.map(({ person }) => person)).toEqual(['mei', 'bo'])
  })

  it('names the people of the stand-in', () => {
    const [script = ''] = blocksOf('sh').slice(-1)
    const bodies = [...script.matchAll(/-d '(.*)'/g)].map(([, text = '']) => z.looseObject({}).parse(JSON.parse(text)))
    expect(bodies.map(({ user }) => user)).toEqual([defaultPlace.user, secondUser])
    expect(page).toContain(`\`${defaultPlace.team}\``)
  })
})
