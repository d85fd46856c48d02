import {
  type Action,
  DescribeListenersCommand,
  DescribeRulesCommand,
  type Listener,
  ModifyListenerCommand,
  ModifyRuleCommand,
  type Rule,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { NotFoundError, UpstreamError } from '../../domain/errors.ts'
import { callingAws } from '../aws-error.ts'
import { withDeadline } from '../deadline.ts'
import { type AlbClients, albDeadlineMs } from './clients.ts'

/** Where actions live: a rule, or a listener's default actions. */
export type ActionsOwner = { readonly ruleArn: string } | { readonly listenerArn: string }

/** Reads and replaces the actions of one rule or listener. */
export interface ActionsApi {
  describe(): Promise<readonly Action[]>
  modify(actions: Action[]): Promise<void>
}

/** @param deadlineMs - Real milliseconds for each call, retries of a read included. */
export function createActionsApi(clients: AlbClients, owner: ActionsOwner, deadlineMs = albDeadlineMs): ActionsApi {
  return 'ruleArn' in owner
    ? createRuleApi(clients, owner.ruleArn, deadlineMs)
    : createListenerApi(clients, owner.listenerArn, deadlineMs)
}

function createRuleApi({ reader, writer }: AlbClients, ruleArn: string, deadlineMs: number): ActionsApi {
  return {
    describe: () =>
      callingAws({ tried: 'elasticloadbalancing:DescribeRules', on: ruleArn }, async () => {
        const input = { RuleArns: [ruleArn] }
        const answer = await withDeadline(deadlineMs, (abortSignal) =>
          reader.send(new DescribeRulesCommand(input), { abortSignal }),
        )
        return answer.Rules
      }).then((rules) => actionsOfRule(rules, ruleArn)),
    modify: (actions) =>
      callingAws({ tried: 'elasticloadbalancing:ModifyRule', on: ruleArn }, async () => {
        // Never Conditions or Transforms: what is omitted stays, what is given is replaced whole.
        const command = new ModifyRuleCommand({ RuleArn: ruleArn, Actions: actions })
        await withDeadline(deadlineMs, (abortSignal) => writer.send(command, { abortSignal }))
      }),
  }
}

/**
 * @throws {NotFoundError} If the rule is not among them.
 * @throws {UpstreamError} If it is a default rule.
 */
export function actionsOfRule(rules: readonly Rule[] | undefined, ruleArn: string): readonly Action[] {
  const rule = rules?.find(({ RuleArn }) => RuleArn === ruleArn)
  if (!rule) throw new NotFoundError(`there is no rule ${ruleArn}; check that it still exists`)
  // ModifyRule refuses it. Going through the listener here would give one resource two names, and two owners.
  if (rule.IsDefault)
    throw new UpstreamError(`rule ${ruleArn} is its listener's default rule; register the route with listenerArn`)
  return rule.Actions ?? []
}

/** @throws {NotFoundError} If the listener is not among them. */
export function actionsOfListener(listeners: readonly Listener[] | undefined, listenerArn: string): readonly Action[] {
  const listener = listeners?.find(({ ListenerArn }) => ListenerArn === listenerArn)
  if (!listener) throw new NotFoundError(`there is no listener ${listenerArn}; check that it still exists`)
  return listener.DefaultActions ?? []
}

function createListenerApi({ reader, writer }: AlbClients, listenerArn: string, deadlineMs: number): ActionsApi {
  return {
    describe: () =>
      callingAws({ tried: 'elasticloadbalancing:DescribeListeners', on: listenerArn }, async () => {
        const input = { ListenerArns: [listenerArn] }
        const answer = await withDeadline(deadlineMs, (abortSignal) =>
          reader.send(new DescribeListenersCommand(input), { abortSignal }),
        )
        return answer.Listeners
      }).then((listeners) => actionsOfListener(listeners, listenerArn)),
    modify: (actions) =>
      callingAws({ tried: 'elasticloadbalancing:ModifyListener', on: listenerArn }, async () => {
        // Nothing else: a port or protocol that is given replaces the old one, and with it the certificate.
        const command = new ModifyListenerCommand({ ListenerArn: listenerArn, DefaultActions: actions })
        await withDeadline(deadlineMs, (abortSignal) => writer.send(command, { abortSignal }))
      }),
  }
}
