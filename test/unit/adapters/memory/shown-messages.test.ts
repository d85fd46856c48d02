import { createMemoryAlerts } from '../../../../shared/adapters/memory/alerts.ts'
import { createMemoryShownMessages } from '../../../../shared/adapters/memory/shown-messages.ts'
import { describeAlerts } from '../../../contract/alerts.ts'
import { describeShownMessages } from '../../../contract/shown-messages.ts'

describeShownMessages('memory', async () => createMemoryShownMessages())
describeAlerts('memory', async () => createMemoryAlerts())
