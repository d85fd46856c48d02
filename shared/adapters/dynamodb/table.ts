import {
  CreateTableCommand,
  type CreateTableCommandInput,
  type DynamoDBClient,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb'
import { callingAws, codeOf } from '../aws-error.ts'

/** Indexes of deployments, newest first. Both are sparse: only deployment records have their keys. */
export const indexes = { everyDeployment: 'deployments', byService: 'deployments-by-service' } as const

/**
 * Items with this attribute (seconds since the epoch) are deleted some time after it: idempotency keys, wanted changes of
 * records, what is known of their spreading, Slack's triggers, and alerts. Nothing relies on it.
 */
export const timeToLiveAttribute = 'expiresAtSeconds'

/**
 * The one table, as CreateTable and as `AWS::DynamoDB::Table` take it (there without TableName, with TTL on
 * {@link timeToLiveAttribute}). The indexes hold keys and the phase, so that a save of a record costs them nothing unless
 * the phase moved; what is found there is read again by id.
 */
export const tableDefinition = {
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [
    { AttributeName: 'pk', AttributeType: 'S' },
    { AttributeName: 'sk', AttributeType: 'S' },
    { AttributeName: 'deploymentList', AttributeType: 'S' },
    { AttributeName: 'deploymentService', AttributeType: 'S' },
    { AttributeName: 'deploymentId', AttributeType: 'S' },
  ],
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: indexes.everyDeployment,
      KeySchema: [
        { AttributeName: 'deploymentList', KeyType: 'HASH' },
        { AttributeName: 'deploymentId', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['phase'] },
    },
    {
      IndexName: indexes.byService,
      KeySchema: [
        { AttributeName: 'deploymentService', KeyType: 'HASH' },
        { AttributeName: 'deploymentId', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['phase'] },
    },
  ],
} satisfies Omit<CreateTableCommandInput, 'TableName'>

/**
 * Makes the table if there is none and waits until it can be used. For local mode and tests; on AWS the stack makes it.
 * @throws {TransientError | UpstreamError} If the database cannot be reached or refuses.
 */
export async function ensureTable(client: DynamoDBClient, name: string): Promise<void> {
  await callingAws({ tried: 'dynamodb:CreateTable', on: `table ${name}` }, async () => {
    try {
      await client.send(new CreateTableCommand({ TableName: name, ...tableDefinition }))
    } catch (error) {
      // It exists, or somebody else is just making it.
      if (codeOf(error) !== 'ResourceInUse') throw error
    }
    await waitUntilTableExists({ client, maxWaitTime: 30, minDelay: 1, maxDelay: 2 }, { TableName: name })
  })
}
