import { afterEach, describe, expect, it } from 'vitest'
import type { CommandInput } from '../../../shared/domain/command.ts'
import { ConflictError } from '../../../shared/domain/errors.ts'
import { abort } from '../../../shared/use-cases/abort.ts'
import { approve } from '../../../shared/use-cases/approve.ts'
import { pause } from '../../../shared/use-cases/pause.ts'
import { promote } from '../../../shared/use-cases/promote.ts'
import { reject } from '../../../shared/use-cases/reject.ts'
import { resume } from '../../../shared/use-cases/resume.ts'
import { aDeployer } from '../../support/builders.ts'
import { type Reached, type ReachedPhase, reach } from '../../support/walk-phases.ts'
import type { Walk } from '../../support/workflow-walk.ts'

let walk: Walk
afterEach(() => walk.close())

type Send = (reached: Reached, expect?: Partial<CommandInput>) => Promise<unknown>
const actor = aDeployer
type Command = 'abort' | 'pause' | 'resume' | 'promote' | 'promote full' | 'approve' | 'reject'
const commands: Readonly<Record<Command, Send>> = {
  abort: ({ walk: { deps }, id }, more) => abort(deps, id, { actor, ...more }),
  pause: ({ walk: { deps }, id }, more) => pause(deps, id, { actor, timeoutSeconds: 3600, ...more }),
  resume: ({ walk: { deps }, id }, more) => resume(deps, id, { actor, ...more }),
  promote: ({ walk: { deps }, id }, more) => promote(deps, id, { actor, full: false, ...more }),
  'promote full': ({ walk: { deps }, id }, more) => promote(deps, id, { actor, full: true, ...more }),
  approve: ({ walk: { deps }, id }, more) => approve(deps, id, { actor, ...more }),
  reject: ({ walk: { deps }, id }, more) => reject(deps, id, { actor, ...more }),
}
const order = Object.keys(commands) as Command[]

/** What a command makes of each phase: the phase then, `-` for no change at all, `409` for a refusal. */
const table: Readonly<Record<ReachedPhase, string>> = {
  //                   abort        pause  resume promote  full     approve            reject
  preparing: '         aborted      paused -      409      409      409                409',
  verifying: '         aborted      paused -      409      409      409                409',
  shifting: '          aborted      paused -      409      409      409                409',
  baking: '            aborted      paused -      baking   baking   409                409',
  'awaiting-approval': 'aborted     paused -      409      409      awaiting-approval  aborted',
  paused: '            aborted      -      baking paused   paused   409                409',
  halted: '            aborted      409    baking halted   halted   409                409',
  'rolling-back': '    rolling-back 409    409    409      409      409                409',
  succeeded: '         409          409    409    409      409      409                409',
  'rolled-back': '     -            409    409    409      409      409                409',
  aborted: '           -            409    409    409      409      409                409',
  superseded: '        -            409    409    409      409      409                409',
  rejected: '          -            409    409    409      409      409                409',
  'rollback-failed': ' -            409    409    409      409      409                409',
}

const rows = (Object.keys(table) as ReachedPhase[]).flatMap((phase) =>
  table[phase]
    .trim()
    .split(/ +/)
    .map((expected, index) => [order[index] ?? 'abort', phase, expected] as const),
)

describe('a command', () => {
  it.each(rows)('%s while %s: %s', async (command, phase, expected) => {
    const reached = await reach(phase)
    walk = reached.walk
    const before = await walk.load(reached.id)
    expect(before.phase).toBe(phase)
    let now = ''
    // The record at the very moment when the command has its answer: what the workflow makes of it comes after.
    const call = commands[command](reached).then(
      async () => {
        const { version, phase: next } = await walk.load(reached.id)
        now = version === before.version ? '-' : next
      },
      (error: unknown) => {
        if (!(error instanceof ConflictError)) throw error
        expect(error.current).toMatchObject({ phase })
        now = '409'
      },
    )
    await walk.during(call)
    expect(now).toBe(expected)
    if (expected === '409' || expected === '-') expect(await walk.load(reached.id)).toEqual(before)
  })
})

/** Phases in which each command does something, to repeat it there. */
const effective = rows.filter(([, , expected]) => expected !== '-' && expected !== '409')

describe('a repeated command', () => {
  it.each(effective)('%s while %s changes nothing the second time', async (command, phase) => {
    const reached = await reach(phase)
    walk = reached.walk
    // The workflow stands still, so that both meet the same phase.
    walk.faults.workflow.before = () => {
      throw new Error('no wake-up')
    }
    await walk.during(commands[command](reached))
    const once = await walk.load(reached.id)
    await walk.during(commands[command](reached))
    const twice = await walk.load(reached.id)
    expect(twice.version).toBe(once.version)
    expect(twice.eventSeq).toBe(once.eventSeq)
  })
})

describe('what the caller expects', () => {
  it.each(effective)(
    '%s while %s: another version or step is refused with the current ones',
    async (command, phase) => {
      const reached = await reach(phase)
      walk = reached.walk
      const { version, step } = await walk.load(reached.id)
      for (const wrong of [{ expectedVersion: version - 1 }, { expectedStep: step + 1 }]) {
        const call = walk.during(commands[command](reached, wrong))
        await expect(call).rejects.toMatchObject({ name: 'ConflictError', current: { version, step, phase } })
      }
      await walk.during(commands[command](reached, { expectedVersion: version, expectedStep: step }))
    },
  )
})
