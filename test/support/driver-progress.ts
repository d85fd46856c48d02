import type { DriverProgress } from '../../shared/domain/driver-progress.ts'

/** A deployment of CodeDeploy that goes on by itself and is in no event. */
export function aDriverProgress(overrides: Partial<DriverProgress> = {}): DriverProgress {
  return {
    deploymentId: 'd-A1B2C3D4E',
    status: 'in-progress',
    weight: null,
    waitsFor: null,
    events: [],
    error: null,
    rollbackId: null,
    ...overrides,
  }
}

/** One that is in the event of this name. @param startedAt - ISO 8601. */
export function inEvent(name: string, startedAt?: string): DriverProgress {
  return aDriverProgress({ events: [{ name, status: 'in-progress', ...(startedAt !== undefined && { startedAt }) }] })
}

/** One that failed in the event of this name. */
export function failedIn(name: string, code: string | null, message = '', problem?: string): DriverProgress {
  return aDriverProgress({
    status: 'failed',
    events: [{ name, status: 'failed', ...(problem !== undefined && { problem }) }],
    error: code === null ? null : { code, message },
  })
}
