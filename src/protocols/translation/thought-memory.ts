/** Keeps thoughts of calls in the memory of this process; shared-thoughts.ts adds those of other instances. */

import type { Remembered } from './thoughts.ts'
import type { CallThoughts, ThoughtStore } from './translated.ts'

export interface ThoughtStores {
  /** Callers never see each other's. */
  of(callerId: number): ThoughtStore
}

const MAX_KEPT = 20_000
/** The longest that a signed thought is kept for: larger ones would let few callers fill the store. */
const MAX_CHARACTERS = 64 * 1024
export const THOUGHTS_LAST_MS = 6 * 60 * 60 * 1000

interface Kept {
  remembered: Remembered
  untilMs: number
}

export function createThoughtMemory(nowMs: () => number): ThoughtStores {
  // In the order of their storing, so that the oldest is the first.
  const kept = new Map<string, Kept>()
  return {
    of: (callerId) => ({
      recall: async (callIds) => {
        const found = new Map<string, Remembered>()
        for (const id of callIds) {
          const known = kept.get(`${callerId} ${id}`)
          if (known !== undefined && known.untilMs > nowMs()) found.set(id, known.remembered)
        }
        return found
      },
      remember: (found: CallThoughts) => {
        for (const [id, remembered] of found) {
          if (sizeOf(remembered) > MAX_CHARACTERS) continue
          kept.delete(`${callerId} ${id}`)
          kept.set(`${callerId} ${id}`, { remembered, untilMs: nowMs() + THOUGHTS_LAST_MS })
        }
        for (const name of kept.keys()) {
          if (kept.size <= MAX_KEPT) break
          kept.delete(name)
        }
      },
    }),
  }
}

function sizeOf({ thoughts, signature }: Remembered): number {
  let size = signature?.payload.length ?? 0
  for (const { text, signature: own } of thoughts) size += text.length + (own?.payload.length ?? 0)
  return size
}
