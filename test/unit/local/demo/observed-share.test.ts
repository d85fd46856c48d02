import { describe, expect, it } from 'vitest'
import { createManualClock } from '../../../../local/clock.ts'
import { createArrivals } from '../../../../local/demo/route53/arrivals.ts'
import { createShareWatch } from '../../../../local/demo/route53/observed-share.ts'
import { aShownDeployment } from '../../../support/demo.ts'

function aWatch() {
  const clock = createManualClock()
  const arrivals = createArrivals()
  const watch = createShareWatch({ canary: 'green', weight: 20, arrivals, clock })
  const send = (blue: number, green: number) => {
    for (let sent = 0; sent < blue; sent++) arrivals.record({ side: 'blue', at: clock.now(), failed: false })
    for (let sent = 0; sent < green; sent++) arrivals.record({ side: 'green', at: clock.now(), failed: false })
  }
  return { clock, watch, send }
}

describe('createShareWatch', () => {
  it('sees what arrives from a TTL after the bake began to the last look at it', async () => {
    const { clock, watch, send } = aWatch()
    send(100, 0)
    watch.look(aShownDeployment({ phase: 'baking', weight: 20 }))
    await clock.advance(59_999)
    send(100, 0)
    await clock.advance(1)
    send(3, 1)
    await clock.advance(60_000)
    watch.look(aShownDeployment({ phase: 'baking', weight: 20, observedWeight: 23.5 }))
    send(0, 100)
    watch.look(aShownDeployment({ phase: 'shifting', weight: 20, observedWeight: 60 }))
    watch.look(aShownDeployment({ phase: 'baking', weight: 100, observedWeight: 100 }))
    expect(watch.result()).toEqual({ weight: 20, byClients: 25, byLoadBalancers: 23.5 })
  })

  it('takes what the look at the end of the step measured, where no other told anything', () => {
    const { watch } = aWatch()
    watch.look(aShownDeployment({ phase: 'baking', weight: 20, observedWeight: null }))
    watch.look(aShownDeployment({ phase: 'shifting', weight: 20, observedWeight: 19 }))
    watch.look(aShownDeployment({ phase: 'shifting', weight: 20, observedWeight: 60 }))
    expect(watch.result()).toMatchObject({ byLoadBalancers: 19 })
  })

  it('keeps the last share that the API knew', async () => {
    const { clock, watch, send } = aWatch()
    watch.look(aShownDeployment({ phase: 'baking', weight: 20, observedWeight: 18 }))
    await clock.advance(61_000)
    send(1, 1)
    await clock.advance(1)
    watch.look(aShownDeployment({ phase: 'baking', weight: 20, observedWeight: null }))
    expect(watch.result()).toEqual({ weight: 20, byClients: 50, byLoadBalancers: 18 })
  })

  it('knows nothing of a deployment that never baked', () => {
    const { watch, send } = aWatch()
    send(1, 1)
    watch.look(aShownDeployment({ phase: 'rolled-back', weight: 0 }))
    expect(watch.result()).toEqual({ weight: 20, byClients: null, byLoadBalancers: null })
  })
})
