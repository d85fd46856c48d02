import { AwsError } from '../service.ts'

/**
 * Not allowed in names: white space, brackets, wildcards, special and control characters.
 * @see Step Functions API reference, StartExecution, `name`
 */
const FORBIDDEN = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}]/u

/**
 * Checks the name of an execution or state machine.
 *
 * @throws {AwsError} `InvalidName` unless it has 1 to 80 characters, all of them allowed.
 */
export function checkName(name: string | undefined): string {
  if (!name || name.length > 80 || FORBIDDEN.test(name))
    throw new AwsError('InvalidName', `Invalid Name: '${name ?? ''}'`)
  return name
}

export interface Place {
  readonly region: string
  readonly accountId: string
}

export const stateMachineArn = ({ region, accountId }: Place, name: string) =>
  `arn:aws:states:${region}:${accountId}:stateMachine:${name}`

/** ARN of an execution of the state machine with that ARN. */
export const executionArn = (machineArn: string, name: string) =>
  `${machineArn.replace(':stateMachine:', ':execution:')}:${name}`

/**
 * Checks that `arn` names what it should.
 *
 * @throws {AwsError} `InvalidArn` otherwise.
 */
export function checkArn(arn: string | undefined, kind: 'stateMachine' | 'execution'): string {
  const name = kind === 'execution' ? '[^:]+:[^:]+' : '[^:]+'
  if (!arn || !new RegExp(`^arn:aws:states:[a-z0-9-]+:\\d{12}:${kind}:${name}$`).test(arn)) {
    throw new AwsError('InvalidArn', `Invalid Arn: '${arn ?? ''}'`)
  }
  return arn
}
