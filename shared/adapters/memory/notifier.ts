import type { Notifier } from '../../ports/notifier.ts'

/** Keeps what people were told. */
export interface MemoryNotifier extends Notifier {
  readonly pages: readonly { readonly deploymentId: string; readonly message: string }[]
}

export function createMemoryNotifier(): MemoryNotifier {
  const pages: { deploymentId: string; message: string }[] = []
  return {
    pages,
    async page({ id }, message) {
      pages.push({ deploymentId: id, message })
    },
  }
}
