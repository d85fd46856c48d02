/** Sluice's version. A named import, so that the bundler takes this line of package.json and leaves the rest. */
export { version } from '../package.json'
