/** Of `package-lock.json`: what is looked at. */
export interface LockFile {
  readonly packages: Readonly<Record<string, LockedPackage>>
}

interface LockedPackage {
  readonly license?: string
  readonly integrity?: string
  readonly dev?: boolean
  readonly devOptional?: boolean
}

/** Each lets us ship the package in a bundle under our own licence, with its notice. */
const allowed = new Set(['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT'])

/** `name: licence` of each package that ships and whose licence is not allowed, or not named. */
export function licencesNotAllowed({ packages }: LockFile): readonly string[] {
  return shippedPackages({ packages })
    .filter(({ licence }) => !isAllowed(licence))
    .map(({ path, licence }) => `${path.replace(/^.*node_modules\//, '')}: ${licence}`)
}

/** Paths of what is installed for production, with the licence that each names. */
export function shippedPackages({
  packages,
}: LockFile): readonly { readonly path: string; readonly licence: string }[] {
  return Object.entries(packages)
    .filter(([path, { dev, devOptional }]) => path !== '' && !dev && !devOptional)
    .map(([path, { license = 'none' }]) => ({ path, licence: license }))
}

/** One of a choice is enough: `(MIT OR GPL-3.0)`. */
function isAllowed(licence: string): boolean {
  return licence
    .replace(/^\((.*)\)$/, '$1')
    .split(' OR ')
    .some((one) => allowed.has(one))
}
