import { expect, it } from 'vitest'
import { personBehind } from '../../../../shared/domain/access/same-person.ts'

const sts = 'arn:aws:sts::123456789012:'

it.each([
  { name: `${sts}assumed-role/release/mei`, person: `${sts}assumed-role/release/*` },
  { name: `${sts}assumed-role/team/release/mei@example.com`, person: `${sts}assumed-role/team/release/*` },
  { name: `${sts}federated-user/mei`, person: `${sts}federated-user/*` },
])('takes no session name of its caller for a person: $name', ({ name, person }) => {
  expect(personBehind(name)).toBe(person)
})

it.each([
  `${sts}assumed-role/AWSReservedSSO_Admin_0a1b2c/mei@example.com`,
  'arn:aws:iam::123456789012:user/ci/mei',
  'arn:aws:iam::123456789012:root',
  'repo:octo/shop:environment:production',
  'T1/U1',
  'mei',
])('leaves %s as it is', (name) => {
  expect(personBehind(name)).toBe(name)
})
