import { createMemoryAliasWeights } from '../../../../../local/aws/codedeploy/alias-weights.ts'
import { describeAliasWeights } from '../../../../contract/alias-weights.ts'

describeAliasWeights('memory', async () => createMemoryAliasWeights({ 'pay:live': { version: '1' } }))
