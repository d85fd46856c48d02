import { expect, it } from 'vitest'
import type { Deployment } from '../../../shared/domain/deployment.ts'
import { findNewestSuccessId } from '../../../shared/use-cases/newest-success.ts'
import { aDeployment } from '../../support/builders.ts'

const success = aDeployment({ id: 'dep_01KDVDNC000000000000000001', phase: 'succeeded' })

function withDeployments({ watched, listed }: { watched?: Deployment; listed?: Deployment }) {
  return {
    deployments: {
      watched: async () => watched?.id ?? null,
      load: async () => watched ?? null,
      list: async () => ({ items: listed ? [listed] : [], nextCursor: null }),
    },
  }
}

it.each([
  { name: 'the one that is watched', watched: success, id: success.id },
  {
    name: 'the one whose late rollback is watched',
    watched: aDeployment({ id: 'dep_01KDVDNC000000000000000002', phase: 'rolled-back', lateRollbackOf: success.id }),
    id: success.id,
  },
  { name: 'the newest of the list where none is watched', listed: success, id: success.id },
  { name: 'none where nothing has succeeded', id: null },
])('finds $name', async ({ id, ...given }) => {
  expect(await findNewestSuccessId(withDeployments(given), 'web')).toBe(id)
})
