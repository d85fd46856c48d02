import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Persistent } from '../../../local/aws/service.ts'
import { createDataDir } from '../../../local/data-dir.ts'

let directory: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sluice-data-'))
})

afterEach(() => rm(directory, { recursive: true }))

/** A state of one value that counts how often it is asked for it. */
function aState(name: string, value: unknown = undefined) {
  const state = { value, saves: 0 }
  const persistent: Persistent = {
    name,
    save: () => {
      state.saves++
      return state.value
    },
    load: (loaded) => {
      state.value = loaded
    },
    reset: () => {
      state.value = undefined
    },
  }
  return { state, persistent }
}

describe('createDataDir', () => {
  it('gives back what was saved, to a state of the same name', async () => {
    const dataDir = createDataDir(join(directory, 'made', 'here'))
    await dataDir.save(aState('a', { count: 1 }).persistent)
    const same = aState('a')
    const other = aState('b', 'untouched')
    await dataDir.load(same.persistent)
    await dataDir.load(other.persistent)
    expect(same.state.value).toEqual({ count: 1 })
    expect(other.state.value).toBe('untouched')
  })

  it('has written the change of every call when the call is done, in few writes', async () => {
    const dataDir = createDataDir(directory)
    const { state, persistent } = aState('a', 0)
    const saved = Array.from({ length: 50 }, async (_, index) => {
      state.value = index + 1
      await dataDir.save(persistent)
      const onDisk: unknown = JSON.parse(await readFile(join(directory, 'a.json'), 'utf8'))
      expect(onDisk).toBeGreaterThanOrEqual(index + 1)
    })
    await Promise.all(saved)
    expect(state.saves).toBeLessThanOrEqual(2)
    expect(await readdir(directory)).toEqual(['a.json'])
  })

  it('saves a change that comes while a write is under way', async () => {
    const dataDir = createDataDir(directory)
    const { state, persistent } = aState('a', 'first')
    const first = dataDir.save(persistent)
    await Promise.resolve().then(() => Promise.resolve())
    state.value = 'second'
    await Promise.all([first, dataDir.save(persistent)])
    expect(await readFile(join(directory, 'a.json'), 'utf8')).toBe('"second"')
  })

  it('goes on after a save that failed', async () => {
    const dataDir = createDataDir(directory)
    const { persistent } = aState('a', 1)
    const broken: Persistent = {
      ...persistent,
      save: () => {
        throw new Error('no state now')
      },
    }
    await expect(dataDir.save(broken)).rejects.toThrow('no state now')
    await dataDir.save(persistent)
    expect(await readFile(join(directory, 'a.json'), 'utf8')).toBe('1')
  })

  it('names a file that is not JSON', async () => {
    await writeFile(join(directory, 'a.json'), '{"half":')
    await expect(createDataDir(directory).load(aState('a').persistent)).rejects.toThrow(
      /a\.json is not JSON; repair it/,
    )
  })

  it('keeps nothing without a directory', async () => {
    const dataDir = createDataDir(undefined)
    const { state, persistent } = aState('a', 1)
    await dataDir.save(persistent)
    await dataDir.load(persistent)
    expect(state).toEqual({ value: 1, saves: 0 })
  })
})
