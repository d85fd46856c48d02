import { lambdaHandler } from '../steps/task.ts'
import { createSlackWork } from './create-slack-work.ts'

export const handler = lambdaHandler(createSlackWork)
