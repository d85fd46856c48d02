import type { Stop } from '../../domain/raise-block.ts'
import type { Line } from '../../ports/line.ts'
import { copyOf } from './copy.ts'

/** The line in memory, running at first; for tests. */
export function createMemoryLine(): Line {
  let standing: Stop | null = null
  return {
    async read() {
      return copyOf(standing)
    },
    async stop(stop) {
      standing = copyOf(stop)
    },
    async release() {
      standing = null
    },
  }
}
