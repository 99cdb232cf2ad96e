/** What the front threads ask of each other. The first one starts the others and passes on what concerns all. */
import type { SharedMemory } from '../../adapters/shared-memory/layout.ts'
import type { BodyFraming } from '../../http/server/outgoing.ts'
import type { JournalHealth } from '../../usage/journal.ts'
import type { LiveChanges } from '../../usage/live/live-tally.ts'

/** What a thread receives when it starts. */
export interface FrontStart {
  index: number
  /** How many there are. */
  count: number
  environment: Readonly<Record<string, string | undefined>>
  memory: SharedMemory
  /** `performance.timeOrigin` of the first thread. */
  originMs: number
  /** Of the first thread. */
  instanceId: string
  /** Of this run of the thread. */
  name: string
}

/** What a further thread does for the first one. */
export interface FrontOffers {
  /** Resolves once its gateway is ready to listen. */
  start(start: FrontStart): Promise<void>
  listen(port: number): void
  /** Finishes what is in flight. */
  drain(limitMs: number): Promise<void>
  /** Saves what is in memory; false if some of it waits in the journal. */
  stop(): Promise<boolean>
  /** A port to the ledger thread, in place of an earlier one. */
  ledger(port: MessagePort): void
  reload(): Promise<void>
  metrics(): Promise<unknown>
  journal(): JournalHealth
  /** From the live view of another thread. */
  live(message: string): void
  leasesWanted(userId: number): void
  // The reply to an exchange that the first thread answers.
  replySend(id: number, head: string, body: Uint8Array | null, part: BodyFraming): void
  replyFinished(id: number, keepAlive: boolean): void
  replyAbort(id: number): void
  replyHold(id: number, back: boolean): void
}

/** What the first thread does for a further one. */
export interface HubOffers {
  /** For the live view. */
  seen(changes: LiveChanges): void
  live(message: string): void
  leasesWanted(userId: number): void
  recall(names: readonly string[]): (string | null)[]
  remember(entries: readonly (readonly [name: string, text: string])[]): void
  // An exchange that the first thread answers.
  exchangeOpened(id: number, head: string, peer: string): void
  exchangeReceived(id: number, bytes: Uint8Array): void
  exchangeComplete(id: number): void
  exchangeMalformed(id: number, reason: string): void
  exchangeLeft(id: number): void
  /** The client has taken a part of the reply. */
  exchangeTook(id: number): void
}
