import { lookForDrift } from './check.ts'
import { go, load, type Program, type Run, set } from './run.ts'
import { isOver, type ModelRecord } from './state.ts'
import { performAction } from './workflow.ts'

// What a look at the gates leads to. The workflow reads the record for it; the check has just read it.

export const judging: Program = {
  judge: load(judge),
  'judge-again': load(judged),
  'check:open': load((run, record) => {
    set(run, { decided: record })
    if (isOver(record)) go(run, 'close')
    else if (record.goal === 'snapshot') go(run, 'roll-back:load')
    else judge(run, record)
  }),
}

/** Gates are judged while the plan is the goal and traffic has moved; then the record is read once more. */
function judge(run: Run, record: ModelRecord) {
  const isJudged = record.goal === 'plan' && !isOver(record) && record.hasShifted
  if (isJudged) go(run, 'judge-again')
  else judged(run, record)
}

function judged(run: Run, record: ModelRecord) {
  if (run.name === 'workflow') return performAction(run, record)
  set(run, { decided: record })
  if (isOver(record)) return go(run, 'status')
  if (record.goal === 'snapshot') return go(run, 'roll-back:load')
  if (record.stage === 'baking' || record.isHalted || record.isDelayed) lookForDrift(run)
  else go(run, 'status')
}
