import { randomUUID } from 'node:crypto'
import * as sdk from '@aws-sdk/client-codedeploy'
import { type AwsOperation, operation } from '../service.ts'
import { checkApplicationName, checkOneOf, refuse } from './check.ts'
import type { Control } from './control.ts'
import { getApplication, groupsOf } from './lookup.ts'
import { toPage } from './pages.ts'
import type { ApplicationRecord } from './records.ts'
import { addTags } from './tags.ts'

export function createApplicationOperations({ store, clock }: Control): Record<string, AwsOperation> {
  return {
    CreateApplication: operation<sdk.CreateApplicationCommandInput, sdk.CreateApplicationCommandOutput>(
      sdk.CreateApplication$,
      true,
      (input, { region }) => {
        const { applications } = store.in(region)
        const name = checkApplicationName(input.applicationName)
        const platform = checkOneOf(
          'InvalidComputePlatformException',
          'computePlatform',
          input.computePlatform ?? 'Server',
          ['ECS', 'Lambda', 'Server'],
        )
        if (applications.has(name)) {
          refuse('ApplicationAlreadyExistsException', `Application already exists with name: ${name}`)
        }
        const tags = addTags([], input.tags ?? [])
        const application = { id: randomUUID(), name, platform, createdAt: clock.now(), tags }
        applications.set(name, application)
        return { applicationId: application.id }
      },
    ),
    GetApplication: operation<sdk.GetApplicationCommandInput, sdk.GetApplicationCommandOutput>(
      sdk.GetApplication$,
      false,
      (input, { region }) => ({ application: show(getApplication(store.in(region), input.applicationName)) }),
    ),
    BatchGetApplications: operation<sdk.BatchGetApplicationsCommandInput, sdk.BatchGetApplicationsCommandOutput>(
      sdk.BatchGetApplications$,
      false,
      ({ applicationNames = [] }, { region }) => {
        if (applicationNames.length > 100) refuse('BatchLimitExceededException', 'At most 100 names can be given')
        return { applicationsInfo: applicationNames.map((name) => show(getApplication(store.in(region), name))) }
      },
    ),
    ListApplications: operation<sdk.ListApplicationsCommandInput, sdk.ListApplicationsCommandOutput>(
      sdk.ListApplications$,
      false,
      ({ nextToken }, { region }) => {
        const page = toPage([...store.in(region).applications.keys()], (name) => name, nextToken)
        return { applications: page.items, ...(page.nextToken && { nextToken: page.nextToken }) }
      },
    ),
    // Idempotent, as on AWS: an application that is not there is deleted.
    DeleteApplication: operation<sdk.DeleteApplicationCommandInput, sdk.DeleteApplicationCommandOutput>(
      sdk.DeleteApplication$,
      true,
      (input, { region }) => {
        const name = checkApplicationName(input.applicationName)
        const { applications, groups } = store.in(region)
        for (const { id } of groupsOf(store.in(region), name)) groups.delete(id)
        applications.delete(name)
        return {}
      },
    ),
  }
}

function show({ id, name, platform, createdAt }: ApplicationRecord): sdk.ApplicationInfo {
  return {
    applicationId: id,
    applicationName: name,
    createTime: new Date(createdAt),
    linkedToGitHub: false,
    computePlatform: platform,
  }
}
