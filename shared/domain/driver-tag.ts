/** What a driver's deployment was created for: to bring out the new version, or to bring back the old one. */
export type DriverPurpose = 'shift' | 'roll-back'

/**
 * The description of a driver's deployment, by which ours is found again: CodeDeploy takes no token that would make a
 * creation safe to repeat. At most 256 characters.
 *
 * @param id - Of our deployment: `dep_` and a ULID.
 */
export function toDriverTag(id: string, purpose: DriverPurpose): string {
  return purpose === 'shift' ? `sluice ${id}` : `sluice ${id} roll-back`
}

/** True for the description of a driver's deployment that Sluice created. */
export function isDriverTag(description: string): boolean {
  return /^sluice dep_\w+( roll-back)?$/.test(description)
}
