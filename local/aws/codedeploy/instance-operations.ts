import * as sdk from '@aws-sdk/client-codedeploy'
import { type AwsOperation, operation } from '../service.ts'
import { refuse } from './check.ts'
import type { Control } from './control.ts'
import { toPage } from './pages.ts'
import type { InstanceRecord } from './records.ts'
import type { RegionStore } from './store.ts'

/** On-premises instances: names with tags, which Server deployments find. EC2 is not here. */
export function createInstanceOperations({ store, clock, accountId }: Control): Record<string, AwsOperation> {
  return {
    RegisterOnPremisesInstance: operation<
      sdk.RegisterOnPremisesInstanceCommandInput,
      sdk.RegisterOnPremisesInstanceCommandOutput
    >(sdk.RegisterOnPremisesInstance$, true, (input, { region }) => {
      const { instances } = store.in(region)
      const name = checkName(input.instanceName)
      const iamUserArn = input.iamUserArn ?? refuse('IamUserArnRequiredException', 'An IAM user ARN must be given here')
      if (instances.has(name)) {
        refuse('InstanceNameAlreadyRegisteredException', `The instance ${name} is already registered`)
      }
      instances.set(name, { name, iamUserArn, registeredAt: clock.now(), tags: [] })
      return {}
    }),
    DeregisterOnPremisesInstance: operation<
      sdk.DeregisterOnPremisesInstanceCommandInput,
      sdk.DeregisterOnPremisesInstanceCommandOutput
    >(sdk.DeregisterOnPremisesInstance$, true, (input, { region }) => {
      store.in(region).instances.delete(checkName(input.instanceName))
      return {}
    }),
    AddTagsToOnPremisesInstances: operation<
      sdk.AddTagsToOnPremisesInstancesCommandInput,
      sdk.AddTagsToOnPremisesInstancesCommandOutput
    >(sdk.AddTagsToOnPremisesInstances$, true, ({ instanceNames = [], tags = [] }, { region }) => {
      if (tags.length === 0) refuse('TagRequiredException', 'A tag must be given')
      const found = instanceNames.map((name) => getInstance(store.in(region), name))
      for (const instance of found) {
        const others = instance.tags.filter(({ Key }) => !tags.some((tag) => tag.Key === Key))
        store.in(region).instances.set(instance.name, { ...instance, tags: [...others, ...tags] })
      }
      return {}
    }),
    GetOnPremisesInstance: operation<sdk.GetOnPremisesInstanceCommandInput, sdk.GetOnPremisesInstanceCommandOutput>(
      sdk.GetOnPremisesInstance$,
      false,
      (input, { region }) => {
        const instance = getInstance(store.in(region), input.instanceName)
        return {
          instanceInfo: {
            instanceName: instance.name,
            iamUserArn: instance.iamUserArn,
            instanceArn: `arn:aws:codedeploy:${region}:${accountId}:instance/${instance.name}`,
            registerTime: new Date(instance.registeredAt),
            tags: [...instance.tags],
          },
        }
      },
    ),
    ListOnPremisesInstances: operation<
      sdk.ListOnPremisesInstancesCommandInput,
      sdk.ListOnPremisesInstancesCommandOutput
    >(sdk.ListOnPremisesInstances$, false, ({ nextToken }, { region }) => {
      const page = toPage([...store.in(region).instances.keys()], (name) => name, nextToken)
      return { instanceNames: page.items, ...(page.nextToken && { nextToken: page.nextToken }) }
    }),
  }
}

function checkName(name: string | undefined): string {
  if (!name) return refuse('InstanceNameRequiredException', 'An instance name is missing')
  const isName = /^[A-Za-z0-9._=-]{1,100}$/.test(name) && !/^m?i-/.test(name)
  return isName ? name : refuse('InvalidInstanceNameException', `${name} is no name of an on-premises instance`)
}

function getInstance(store: RegionStore, name: string | undefined): InstanceRecord {
  const checked = checkName(name)
  return (
    store.instances.get(checked) ??
    refuse('InstanceNotRegisteredException', `The instance ${checked} is not registered`)
  )
}
