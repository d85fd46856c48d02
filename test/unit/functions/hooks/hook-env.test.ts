import { describe, expect, it } from 'vitest'
import { type Environment, loadHookConfig } from '../../../../functions/hooks/hook-env.ts'
import { ConfigError } from '../../../../shared/domain/errors.ts'
import { webArns } from '../../../support/builders.ts'
import { aProbeGate } from '../../../support/gates.ts'

const url = 'https://test.example.com/health'
const withGate = (gate: unknown, others: Environment = {}): Environment => ({
  SLUICE_HOOK_GATE: typeof gate === 'string' ? gate : JSON.stringify(gate),
  ...others,
})

describe('the environment of a hook', () => {
  it('is a gate with the defaults of the API', () => {
    expect(loadHookConfig(withGate({ kind: 'probe', url }))).toEqual({
      watched: { gate: aProbeGate({ url }), targetGroups: [], service: 'hook' },
      settings: {},
    })
  })

  it('is all that can be said', () => {
    const { watched, settings } = loadHookConfig(
      withGate(
        { kind: 'target-health', minHealthyPercent: 50 },
        {
          SLUICE_HOOK_TARGET_GROUPS: ` ${webArns.blue} , ${webArns.green} `,
          SLUICE_HOOK_SERVICE: 'web',
          SLUICE_HOOK_BUDGET_SECONDS: '3300',
          AWS_LAMBDA_FUNCTION_NAME: 'web-hook',
        },
      ),
    )
    expect(watched).toMatchObject({ service: 'web', targetGroups: [webArns.blue, webArns.green] })
    expect(watched.gate).toMatchObject({ kind: 'target-health', minHealthyPercent: 50 })
    expect(settings).toEqual({ budgetSeconds: 3300 })
  })

  it("goes by the function's name where it names no service", () => {
    const env = withGate({ kind: 'probe', url }, { AWS_LAMBDA_FUNCTION_NAME: 'web-hook' })
    expect(loadHookConfig(env).watched.service).toBe('web-hook')
  })
})

describe('it is refused, by the name of the variable and the field,', () => {
  const first = 'the environment of the hook is not usable:\n- '
  it.each<{ so: string; env: Environment; lines: readonly string[] }>([
    {
      so: 'without a gate',
      env: {},
      lines: ['SLUICE_HOOK_GATE is not set; expected a gate as JSON, such as {"kind":"probe","url":"https://…"}'],
    },
    { so: 'where the gate is not JSON', env: withGate('{kind: probe}'), lines: ['SLUICE_HOOK_GATE is not JSON'] },
    {
      so: 'where fields are wrong',
      env: withGate({ kind: 'probe', url, successes: 0, expectStatus: 'ok' }),
      lines: [
        'SLUICE_HOOK_GATE: expectStatus must be codes and ranges, such as 200, 200-299 or 200,204',
        'SLUICE_HOOK_GATE: successes must be at least 1',
      ],
    },
    {
      so: 'where there is no such kind',
      env: withGate({ kind: 'luck' }),
      lines: [
        'SLUICE_HOOK_GATE: kind must be one of "target-health", "alarms", "metric", "probe", "compare", "route53-health", "webhook"',
      ],
    },
    {
      so: 'where a hook cannot judge it',
      env: withGate({ kind: 'probe', url: 'https://{side}.example.com/' }),
      lines: [
        'SLUICE_HOOK_GATE: url must not have {side}: a hook does not know the slots; name what leads to the new version',
      ],
    },
    {
      so: 'where it is a comparison',
      env: withGate({ kind: 'compare', measure: 'errors' }),
      lines: ['SLUICE_HOOK_GATE: kind must not be "compare": a hook has no traffic of both sides to compare'],
    },
    {
      so: 'where other variables are wrong, all of them at once',
      env: { SLUICE_HOOK_TARGET_GROUPS: 'web-blue', SLUICE_HOOK_BUDGET_SECONDS: '10m' },
      lines: [
        'SLUICE_HOOK_TARGET_GROUPS is "web-blue"; expected the ARNs of one or two target groups, with a comma between',
        'SLUICE_HOOK_BUDGET_SECONDS is "10m"; expected a whole number from 1 to 3300',
        'SLUICE_HOOK_GATE is not set; expected a gate as JSON, such as {"kind":"probe","url":"https://…"}',
      ],
    },
    ...['0', '3301', '1.5'].map((text) => ({
      so: `with a budget of ${text}`,
      env: withGate({ kind: 'probe', url }, { SLUICE_HOOK_BUDGET_SECONDS: text }),
      lines: [`SLUICE_HOOK_BUDGET_SECONDS is "${text}"; expected a whole number from 1 to 3300`],
    })),
  ])('$so', ({ env, lines }) => {
    expect(() => loadHookConfig(env)).toThrow(new ConfigError(first + lines.join('\n- ')))
  })
})
