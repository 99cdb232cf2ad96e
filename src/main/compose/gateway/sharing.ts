/** What the front threads of one process have in common; each of them is a gateway of its own otherwise. */
import type { SharedMemory } from '../../../adapters/shared-memory/layout.ts'
import type { SharedThoughts } from '../../../protocols/translation/shared-thoughts.ts'
import type { OpenChannel } from '../../../usage/live/channel.ts'
import type { LiveTally } from '../../../usage/live/live-tally.ts'

export interface Sharing {
  /** 0: the thread that started the others. It keeps the store of key states, and does what one thread must do alone. */
  index: number
  /** How many there are. */
  count: number
  memory: SharedMemory
  /** A monotonic clock that is the same in all of them. */
  nowMs(): number
  /** Carries messages of the live view to the other threads. */
  openChannel: OpenChannel
  thoughts: SharedThoughts
  /** In a further thread: what the first one shows of it in the live view. */
  tally: LiveTally | null
  /** Has the other threads read the directory again. */
  reloadOthers(): Promise<void>
  /** The metrics of the other threads. */
  metricsOfOthers(): Promise<readonly unknown[]>
}

/** True in the only thread, and in the first of several. */
export function isFirst(sharing: Sharing | null | undefined): boolean {
  return (sharing?.index ?? 0) === 0
}
