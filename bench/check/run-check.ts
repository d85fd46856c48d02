import type { Deps } from '../../shared/deps.ts'
import { reportOnOpenDeployments } from '../../shared/use-cases/check-open-deployments.ts'
import type { CloudProcesses } from './cloud-processes.ts'
import type { Calls, Counted, Place } from './messages.ts'

export interface CheckRun extends Counted {
  readonly name: string
  readonly seconds: number
  /** Of this process: a machine that is busy with other things takes longer for them. */
  readonly cpuSeconds: number
  readonly checked: number
  readonly failed: readonly { readonly id: string; readonly reason: string }[]
  /** Verdicts of this run: `target-health pass`, … */
  readonly verdicts: Calls
  /** Gates of the deployments that this run has not judged. */
  readonly unjudged: number
}

/** Runs the check over everything that is open, and reads back what it has found. */
export async function runCheck(
  name: string,
  { deps, cloud, places }: { readonly deps: Deps; readonly cloud: CloudProcesses; readonly places: readonly Place[] },
): Promise<CheckRun> {
  const beganAt = new Date(deps.clock.now()).toISOString()
  await cloud.calls()
  const beganMs = performance.now()
  const beganCpu = process.cpuUsage()
  const { checked, failed } = await reportOnOpenDeployments(deps)
  const seconds = (performance.now() - beganMs) / 1000
  const { user, system } = process.cpuUsage(beganCpu)
  const cpuSeconds = (user + system) / 1_000_000
  const counted = await cloud.calls()
  return { name, seconds, cpuSeconds, checked, failed, ...counted, ...(await readVerdicts(deps, places, beganAt)) }
}

async function readVerdicts(deps: Deps, places: readonly Place[], since: string) {
  const verdicts: Record<string, number> = {}
  let unjudged = 0
  for (const { id } of places) {
    const [deployment, measures] = await Promise.all([deps.deployments.load(id), deps.deployments.loadMeasures(id)])
    for (const gate of deployment?.settings.gates ?? []) {
      const report = measures?.gates.find(({ name }) => name === gate.name)
      if (!report || report.judgedAt < since) unjudged++
      else verdicts[`${gate.kind} ${report.verdict}`] = (verdicts[`${gate.kind} ${report.verdict}`] ?? 0) + 1
    }
  }
  return { verdicts, unjudged }
}
