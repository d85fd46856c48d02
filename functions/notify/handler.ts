import { lambdaHandler } from '../steps/task.ts'
import { createNotify } from './create-notify.ts'

export const handler = lambdaHandler(createNotify)
