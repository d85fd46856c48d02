import { InvariantError } from '../../domain/errors.ts'
import type { DriverFor } from '../../ports/deployment-driver.ts'
import type { KindAdapters } from '../by-route-kind.ts'
import type { InspectGroup } from '../route53/route-inspector.ts'

export interface CodeDeployOptions {
  readonly region: string
  readonly inspectGroup: InspectGroup
}

export function createLazyCodeDeployAdapters(
  _options: CodeDeployOptions,
): KindAdapters['codedeploy'] & { readonly driverFor: DriverFor } {
  const fail = () => {
    throw new InvariantError('placeholder')
  }
  return { driverFor: fail, inspector: { inspect: fail } }
}
