/** DynamoDB of the rehearsal cloud with Sluice's table, in a process of its own: on AWS it waits for no other service. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { createDynamoDb } from '../../local/aws/dynamodb/service.ts'
import { createAwsServer } from '../../local/aws/server.ts'
import { createLocalClock } from '../../local/clock.ts'
import { ensureTable } from '../../shared/adapters/dynamodb/table.ts'
import { createCallCounter } from './call-counter.ts'
import { answerQuestions } from './child.ts'
import { region, table } from './names.ts'

const counter = createCallCounter()
const server = createAwsServer({
  clock: createLocalClock(),
  rawServices: [createDynamoDb().service],
  requestLog: counter.requestLog,
})
await server.listen(0)
const client = new DynamoDBClient({
  ...{ endpoint: server.url, region },
  credentials: { accessKeyId: 'any', secretAccessKey: 'thing' },
})
await ensureTable(client, table)
client.destroy()
answerQuestions(counter, { url: server.url })
