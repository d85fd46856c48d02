import { createMemoryRequestBudget } from '../../../../shared/adapters/memory/request-budget.ts'
import { describeRequestBudget } from '../../../contract/request-budget.ts'

describeRequestBudget('memory', async (clock) => createMemoryRequestBudget(clock))
