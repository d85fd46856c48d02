/** The load balancer of local mode with everything on: rules, weights, health checks, metrics, X-Forwarded headers. */

import { createLocalClock } from '../../local/clock.ts'
import type { TargetGroupConfig } from '../../local/data-plane/data-plane.ts'
import { createDataPlane } from '../../local/data-plane/http-data-plane.ts'
import { findFreePort } from './ports.ts'

const ports = process.argv.slice(2).map(Number)
const plane = createDataPlane({
  clock: createLocalClock({ speed: 60 }),
  metrics: { record: () => {} },
})
const groups = ports.map((port, index) => {
  const config = aGroup(`group-${index}`)
  plane.putTargetGroup(config)
  plane.registerTargets(config.arn, [{ Id: '127.0.0.1', Port: port }])
  return config
})
const port = await findFreePort()
await plane.putListener({
  arn: 'listener',
  loadBalancerArn: 'balancer',
  loadBalancerDimension: 'app/bench/1',
  address: '127.0.0.1',
  port,
  attributes: {},
  rules: [
    {
      arn: 'maintenance',
      conditions: [
        { Field: 'path-pattern', PathPatternConfig: { Values: ['/admin/*', '/internal/*'] } },
        { Field: 'http-header', HttpHeaderConfig: { HttpHeaderName: 'X-Preview', Values: ['*'] } },
      ],
      actions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '403' } }],
    },
    {
      arn: 'default',
      conditions: [],
      actions: [
        {
          Type: 'forward',
          ForwardConfig: {
            TargetGroups: groups.map(({ arn }, index) => ({ TargetGroupArn: arn, Weight: index === 0 ? 90 : 10 })),
          },
        },
      ],
    },
  ],
})
process.send?.([port])

function aGroup(name: string): TargetGroupConfig {
  return {
    arn: name,
    dimension: `targetgroup/${name}/1`,
    protocol: 'HTTP',
    port: 80,
    targetType: 'ip',
    healthCheck: {
      enabled: true,
      protocol: 'HTTP',
      port: 'traffic-port',
      path: '/',
      intervalSeconds: 10,
      timeoutSeconds: 2,
      healthyThreshold: 2,
      unhealthyThreshold: 2,
      matcher: '200',
    },
    attributes: {},
  }
}
