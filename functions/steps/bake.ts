import { z } from 'zod'
import type { Deps } from '../../shared/deps.ts'
import { bake } from '../../shared/use-cases/bake.ts'
import { createTask, lambdaHandler, taskInput } from './task.ts'

const bakeInput = taskInput.extend({ taskToken: z.string().min(1) })

export const createBake = (deps: Deps) =>
  createTask(deps, bakeInput, ({ deploymentId, taskToken }) => bake(deps, deploymentId, taskToken))

export const handler = lambdaHandler(createBake)
