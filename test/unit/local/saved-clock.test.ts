import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createDataDir } from '../../../local/data-dir.ts'
import { openSavedClock } from '../../../local/saved-clock.ts'

describe('the clock of local mode after a restart', () => {
  let path: string
  beforeEach(async () => {
    path = await mkdtemp(join(tmpdir(), 'sluice-'))
  })
  afterEach(() => rm(path, { recursive: true, force: true }))

  it('does not go back, though the process died right after its start', async () => {
    const first = await openSavedClock(createDataDir(path), 3600)
    const seen = first.clock.now()
    // No close: this is what a kill leaves behind.
    const second = await openSavedClock(createDataDir(path), 3600)
    expect(second.clock.now()).toBeGreaterThan(seen)
    await second.close()
    await first.close()
  })

  it('follows the wall when nothing was saved', async () => {
    const { clock, close } = await openSavedClock(createDataDir(undefined), 1)
    expect(Math.abs(clock.now() - Date.now())).toBeLessThan(5000)
    await close()
  })
})
