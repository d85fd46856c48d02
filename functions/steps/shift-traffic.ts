import type { Deps } from '../../shared/deps.ts'
import { shiftTraffic } from '../../shared/use-cases/shift-traffic.ts'
import { createTask, lambdaHandler, taskInput } from './task.ts'

export const createShiftTraffic = (deps: Deps) =>
  createTask(deps, taskInput, ({ deploymentId }) => shiftTraffic(deps, deploymentId))

export const handler = lambdaHandler(createShiftTraffic)
