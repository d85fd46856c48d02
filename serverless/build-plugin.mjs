import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** Bundles the functions before osls packs them, so that `osls package` and `osls deploy` need no step before. */
export default class BuildPlugin {
  constructor() {
    this.hooks = {
      'before:package:createDeploymentArtifacts': build,
      'before:deploy:function:packageFunction': build,
    }
  }
}

async function build() {
  await promisify(execFile)(process.execPath, ['--import', 'tsx', 'scripts/build-functions.ts'])
}
