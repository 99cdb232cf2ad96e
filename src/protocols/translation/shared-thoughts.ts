/** Thoughts of calls that several instances share: each keeps its own in memory, and asks the others' store for the rest. */
import { digest } from '../neutral/call-ids.ts'
import type { ThoughtStores } from './thought-memory.ts'
import { type Remembered, readRemembered, writeRemembered } from './thoughts.ts'
import type { CallThoughts } from './translated.ts'

/** Where instances share texts by name, for as long as thoughts are kept. Both reject if it is away. */
export interface SharedThoughts {
  /** In the order of the names; null: there is none. */
  read(names: readonly string[]): Promise<readonly (string | null)[]>
  write(entries: readonly (readonly [name: string, text: string])[]): Promise<void>
}

/** Thoughts repeat what users asked, so they leave the process encrypted. */
export interface ThoughtSeal {
  seal(text: string, boundTo: string): Promise<string>
  /** Null for what was sealed for another call or caller, or with another key. */
  open(sealed: string, boundTo: string): Promise<string | null>
}

/** Larger ones would let few callers fill the store; the memory has the same bound. */
const MAX_CHARACTERS = 96 * 1024

/** If the shared store is away, or slow, each instance knows its own: a thought less never fails a request. */
export function createSharedThoughts(
  own: ThoughtStores,
  shared: SharedThoughts,
  { seal, open }: ThoughtSeal,
): ThoughtStores {
  const sealed = async (callerId: number, id: string, remembered: Remembered) => {
    const text = writeRemembered(remembered)
    const name = nameOf(callerId, id)
    return text.length > MAX_CHARACTERS ? [] : [[name, await seal(text, name)] as const]
  }
  const opened = async (name: string, text: string | null | undefined) => {
    const plain = text == null ? null : await open(text, name)
    return plain === null ? null : readRemembered(plain)
  }
  return {
    of(callerId) {
      const memory = own.of(callerId)
      const write = async (found: CallThoughts): Promise<void> => {
        const entries = await Promise.all(
          [...found].map(([id, remembered]) => sealed(callerId, id, remembered)),
        )
        await shared.write(entries.flat())
      }
      const read = async (ids: readonly string[]): Promise<CallThoughts> => {
        const names = ids.map((id) => nameOf(callerId, id))
        const texts = await shared.read(names)
        const all = await Promise.all(names.map((name, at) => opened(name, texts[at])))
        return new Map(
          ids.flatMap((id, at) => {
            const remembered = all[at]
            return remembered == null ? [] : [[id, remembered] as const]
          }),
        )
      }
      return {
        async recall(callIds) {
          const known = await memory.recall(callIds)
          const missing = callIds.filter((id) => !known.has(id))
          if (missing.length === 0) return known
          const others = await read(missing).catch((): CallThoughts => new Map())
          // Found once, they are here for the turns that follow.
          memory.remember(others)
          return new Map([...known, ...others])
        },
        remember(found) {
          memory.remember(found)
          void write(found).catch(() => {})
        },
      }
    },
  }
}

/** Of one length, whatever the client or the model calls a call. */
function nameOf(callerId: number, callId: string): string {
  return `${callerId}:${digest(callId).slice(0, 32)}`
}
