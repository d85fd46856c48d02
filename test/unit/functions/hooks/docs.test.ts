import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { loadHookConfig } from '../../../../functions/hooks/hook-env.ts'
import { parseAppSpec } from '../../../../local/aws/codedeploy/app-spec.ts'

const page = readFileSync(new URL('../../../../docs/hooks.md', import.meta.url), 'utf8')
const [sam, osls, appSpec] = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => match[1] ?? '')
// Tags of CloudFormation mean nothing to the parser.
const read = (text = '') => parse(text, { logLevel: 'silent' })

describe('the page about hooks', () => {
  it.each([
    { so: 'SAM', environment: read(sam).Resources.SmokeHook.Properties.Environment.Variables, kind: 'probe' },
    { so: 'osls', environment: read(osls).functions['smoke-hook'].environment, kind: 'alarms' },
  ])('shows $so an environment that the function takes', ({ environment, kind }) => {
    expect(loadHookConfig(environment).watched.gate.kind).toBe(kind)
  })

  it('names the function in an AppSpec as CodeDeploy reads it', () => {
    const name: string = read(sam).Resources.SmokeHook.Properties.FunctionName
    expect(parseAppSpec(appSpec ?? '', 'ECS').hooks).toEqual({ AfterAllowTestTraffic: name })
  })

  it('names every variable', () => {
    const source = readFileSync(new URL('../../../../functions/hooks/hook-env.ts', import.meta.url), 'utf8')
    const variables = new Set(source.match(/SLUICE_HOOK_[A-Z_]+/g))
    expect([...variables].filter((variable) => !page.includes(`| \`${variable}\` |`))).toEqual([])
  })
})
