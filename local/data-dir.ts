import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { Persistent } from './aws/service.ts'

/** Where the rehearsal cloud keeps what outlives its process. */
export interface DataDir {
  /**
   * Writes the state as it is now. Resolves when it is on the disk, so that a kill afterwards loses nothing. Calls for
   * the same state are written one after the other, and those that wait for the same write share it.
   */
  save(persistent: Persistent): Promise<void>
  /** Hands the saved state over, if there is one. */
  load(persistent: Persistent): Promise<void>
}

/**
 * @param path - Directory, made when missing. Undefined: nothing is kept, `save` and `load` do nothing.
 * @throws {Error} From `load`, naming the file, when it cannot be read or is not JSON.
 */
export function createDataDir(path: string | undefined): DataDir {
  if (path === undefined) return { save: async () => {}, load: async () => {} }
  const directory = path
  const fileOf = (persistent: Persistent) => join(directory, `${persistent.name}.json`)
  const running = new Map<string, Promise<void>>()
  const waiting = new Map<string, Promise<void>>()

  function save(persistent: Persistent): Promise<void> {
    const file = fileOf(persistent)
    const queued = waiting.get(file)
    // Its snapshot is not taken yet, so it will contain this change too.
    if (queued) return queued
    const previous = running.get(file) ?? Promise.resolve()
    const turn = previous
      .catch(() => {})
      .then(() => {
        waiting.delete(file)
        running.set(file, turn)
        return writeWhole(directory, file, JSON.stringify(persistent.save()))
      })
    waiting.set(file, turn)
    return turn
  }

  async function load(persistent: Persistent): Promise<void> {
    const file = fileOf(persistent)
    const text = await readFile(file, 'utf8').catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
      throw new Error(`cannot read ${file}`, { cause: error })
    })
    if (text === undefined) return
    let state: unknown
    try {
      state = JSON.parse(text)
    } catch (error) {
      throw new Error(`${file} is not JSON; repair it, or delete it to start empty`, { cause: error })
    }
    await persistent.load(state)
  }

  return { save, load }
}

/** A reader sees the old state or the new one, never half of one, whatever moment the process or the machine dies. */
async function writeWhole(directory: string, file: string, text: string): Promise<void> {
  await mkdir(directory, { recursive: true })
  const temporary = `${file}.${process.pid}.tmp`
  const handle = await open(temporary, 'w')
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(temporary, file)
}
