import manifest from '../package.json' with { type: 'json' }

/** Sluice's own version, as released. */
export const version: string = manifest.version
