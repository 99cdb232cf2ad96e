/** The first thread's side: starts the further threads, and passes on what concerns several. */

import { allocateSharedMemory } from '../../adapters/shared-memory/layout.ts'
import type { LeaseCalls } from '../../adapters/sql/change-watch.ts'
import { withTimeout } from '../../core/time/with-timeout.ts'
import type { Exchange } from '../../http/server/exchange.ts'
import type { JournalHealth } from '../../usage/journal.ts'
import type { LiveChanges } from '../../usage/live/live-tally.ts'
import type { Sharing } from '../compose/gateway/sharing.ts'
import { newThreadName } from '../compose/journal-folder.ts'
import type { TakesPort } from '../ledger/ledger-client.ts'
import { createExchangeReceiver } from './exchange-receiver.ts'
import { createLink, type Link, type Offers } from './link.ts'
import type { FrontOffers, FrontStart, HubOffers } from './offers.ts'
import { createThoughtShelf } from './thought-shelf.ts'

export interface Hub {
  sharing: Sharing
  /** Has the quota ledger ask other threads for unused tokens. */
  leaseCalls: LeaseCalls
  start(given: HubStart): void
  /** Resolves once all threads could serve. */
  ready(): Promise<void>
  /** Resolves once all threads listen. */
  listen(port: number, served: Served): Promise<void>
  drain(limitMs: number): Promise<void>
  /** False if some of what a thread knows waits in its journal. */
  stop(): Promise<boolean>
  journals(): Promise<JournalHealth[]>
}

interface HubStart extends Pick<FrontStart, 'environment' | 'instanceId'> {
  /** The module of a further thread; null: the gateway's own. */
  module: string | null
  /** Null with PostgreSQL, to which each thread has connections of its own. */
  connectLedger: ((takesPort: TakesPort) => void) | null
  /** A thread ended that should not have. */
  failed(index: number, why: string): void
}

interface Served {
  /** Answers what further threads received and leave to this one. */
  answer(exchange: Exchange): void
  /** Whether connections close after their replies. */
  isLast(): boolean
  /** Takes what another thread adds to the live view. */
  seen(changes: LiveChanges): void
}

interface Spawned {
  worker: Worker
  link: Link<FrontOffers>
}

interface Further extends Spawned {
  started: Promise<void>
}

/** A thread that ended, or is stuck, says nothing. */
const JOURNAL_MS = 5_000

/** `count` includes this thread. */
export function createHub(count: number): Hub {
  const memory = allocateSharedMemory()
  const thoughts = createThoughtShelf()
  const threads: Further[] = []
  const leases = createNews(threads, (link, userId: number) => link.tell('leasesWanted', userId))
  const live = createNews(threads, (link, message: string) => link.tell('live', message))
  let served: Served | null = null
  let stopping = false

  const callAll = <Result>(call: (link: Link<FrontOffers>) => Promise<Result>) =>
    Promise.all(threads.map(({ link }) => call(link)))
  const offersTo = (self: () => Spawned): HubOffers => ({
    live: (message) => live.pass(message, self()),
    seen: (changes) => served?.seen(changes),
    leasesWanted: (userId) => leases.pass(userId, self()),
    ...thoughts,
    ...createExchangeReceiver(
      () => self().link,
      (exchange) => served?.answer(exchange),
      () => served?.isLast() ?? true,
    ),
  })
  const startOne = (index: number, given: HubStart): Further => {
    const failed = (why: string): void => {
      if (!stopping) given.failed(index, why)
    }
    const thread = spawn(given, { ...offersTo(() => thread) }, failed)
    const { environment, instanceId } = given
    const start = { index, count, memory, environment, instanceId, name: newThreadName() }
    const started = thread.link.call('start', { ...start, originMs: performance.timeOrigin })
    started.catch(({ message }: Error) => failed(message))
    return { ...thread, started }
  }

  return {
    sharing: {
      index: 0,
      count,
      memory,
      nowMs: () => performance.now(),
      openChannel(receive) {
        live.listen(receive)
        return { standing: true, publish: live.tell, stop() {} }
      },
      tally: null,
      thoughts: {
        read: async (names) => thoughts.recall(names),
        write: async (entries) => thoughts.remember(entries),
      },
      async reloadOthers() {
        await callAll((link) => link.call('reload'))
      },
      metricsOfOthers: () => callAll((link) => link.call('metrics')),
    },
    leaseCalls: { want: leases.tell, onWanted: leases.listen },
    start(given) {
      for (let index = 1; index < count; index++) threads.push(startOne(index, given))
    },
    async ready() {
      await Promise.all(threads.map(({ started }) => started))
    },
    async listen(port, how) {
      served = how
      await callAll((link) => link.call('listen', port))
    },
    async drain(limitMs) {
      await callAll((link) => link.call('drain', limitMs))
    },
    async stop() {
      stopping = true
      const saved = await callAll((link) => link.call('stop'))
      return saved.every(Boolean)
    },
    journals: () =>
      callAll((link) => withTimeout(link.call('journal'), JOURNAL_MS, 'the journal of a thread')),
  }
}

function spawn(
  { module, connectLedger, environment: env }: HubStart,
  offers: Offers,
  failed: (why: string) => void,
): Spawned {
  const script = module ?? new URL('./front-thread.ts', import.meta.url)
  // Otherwise it would see the environment that the process was started with, without what was set since.
  const worker = new Worker(script, { env: set(env) })
  const link = createLink<FrontOffers>(
    (message, moved) => worker.postMessage(message, moved),
    offers,
  )
  worker.onmessage = ({ data }) => link.received(data)
  worker.onerror = ({ message }) => failed(message)
  worker.addEventListener('close', () => failed('it ended'))
  connectLedger?.((port) => link.tell('ledger', port))
  return { worker, link }
}

function set(environment: FrontStart['environment']): Record<string, string> {
  const entries = Object.entries(environment)
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] != null))
}

/** What one thread has to say to all others. */
function createNews<News>(
  threads: readonly Further[],
  send: (link: Link<FrontOffers>, news: News) => void,
) {
  const listeners: ((news: News) => void)[] = []
  return {
    listen: (listener: (news: News) => void): void => void listeners.push(listener),
    /** From this thread. */
    tell(news: News): void {
      for (const { link } of threads) send(link, news)
    },
    /** From another one. */
    pass(news: News, from: Spawned): void {
      for (const { worker, link } of threads) if (worker !== from.worker) send(link, news)
      for (const listener of listeners) listener(news)
    },
  }
}
