/** The first thread's side: starts the further threads, and passes on what concerns several. */
import type { LeaseCalls } from '../../adapters/sql/change-watch.ts'
import { allocateSharedMemory } from '../../adapters/shared-memory/layout.ts'
import type { Exchange } from '../../http/server/exchange.ts'
import type { JournalHealth } from '../../usage/journal.ts'
import type { Sharing } from '../compose/gateway/sharing.ts'
import type { TakesPort } from '../ledger/ledger-client.ts'
import { createExchangeReceiver } from './exchange-receiver.ts'
import { createLink, type Link } from './link.ts'
import type { FrontOffers, FrontStart, HubOffers } from './offers.ts'
import { createThoughtShelf } from './thought-shelf.ts'

export interface Hub {
  sharing: Sharing
  /** Has the quota ledger ask other threads for unused tokens. */
  leaseCalls: LeaseCalls
  start(given: HubStart): void
  /** Resolves once all threads could serve. */
  ready(): Promise<void>
  listen(port: number, served: Served): void
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
}

interface Further {
  worker: Worker
  link: Link<FrontOffers>
  started: Promise<void>
}

/** `count` includes this thread. */
export function createHub(count: number): Hub {
  const memory = allocateSharedMemory()
  const thoughts = createThoughtShelf()
  const threads: Further[] = []
  const liveListeners: ((message: string) => void)[] = []
  const leaseListeners: ((userId: number) => void)[] = []
  let served: Served | null = null
  let stopping = false

  const others = (one: Further | null): Further[] => threads.filter((other) => other !== one)
  const callAll = <Result>(call: (link: Link<FrontOffers>) => Promise<Result>) =>
    Promise.all(threads.map(({ link }) => call(link)))
  const wantLeases = (userId: number, from: Further | null): void => {
    for (const { link } of others(from)) link.tell('leasesWanted', userId)
    if (from !== null) for (const listener of leaseListeners) listener(userId)
  }
  const sayLive = (message: string, from: Further | null): void => {
    for (const { link } of others(from)) link.tell('live', message)
    if (from !== null) for (const listener of liveListeners) listener(message)
  }
  const offersTo = (self: () => Further): HubOffers => ({
    live: (message) => sayLive(message, self()),
    leasesWanted: (userId) => wantLeases(userId, self()),
    recall: thoughts.recall,
    remember: thoughts.remember,
    ...createExchangeReceiver(
      () => self().link,
      (exchange) => served?.answer(exchange),
      () => served?.isLast() ?? true,
    ),
  })
  const startOne = (index: number, given: HubStart): Further => {
    const worker = new Worker(given.module ?? new URL('./front-thread.ts', import.meta.url))
    const link = createLink<FrontOffers>(
      (message, moved) => worker.postMessage(message, moved),
      { ...offersTo(() => thread) },
    )
    worker.onmessage = ({ data }) => link.received(data)
    const failed = (why: string) => {
      if (!stopping) given.failed(index, why)
    }
    worker.onerror = ({ message }) => failed(message)
    worker.addEventListener('close', () => failed('it ended'))
    given.connectLedger?.((port) => link.tell('ledger', port))
    const { environment, instanceId } = given
    const started = link.call('start', {
      ...{ index, count, memory, environment, instanceId },
      originMs: performance.timeOrigin,
    })
    const thread: Further = { worker, link, started }
    started.catch((error: Error) => failed(error.message))
    return thread
  }

  return {
    sharing: {
      index: 0,
      count,
      memory,
      nowMs: () => performance.now(),
      openChannel(receive) {
        liveListeners.push(receive)
        return { standing: true, publish: (message) => sayLive(message, null), stop() {} }
      },
      thoughts: {
        read: async (names) => thoughts.recall(names),
        write: async (entries) => thoughts.remember(entries),
      },
      async reloadOthers() {
        await callAll((link) => link.call('reload'))
      },
      metricsOfOthers: () => callAll((link) => link.call('metrics')),
    },
    leaseCalls: {
      want: (userId) => wantLeases(userId, null),
      onWanted: (listener) => void leaseListeners.push(listener),
    },
    start(given) {
      for (let index = 1; index < count; index++) threads.push(startOne(index, given))
    },
    async ready() {
      await Promise.all(threads.map(({ started }) => started))
    },
    listen(port, how) {
      served = how
      for (const { link } of threads) link.tell('listen', port)
    },
    async drain(limitMs) {
      await callAll((link) => link.call('drain', limitMs))
    },
    async stop() {
      stopping = true
      const saved = await callAll((link) => link.call('stop'))
      return saved.every(Boolean)
    },
    journals: () => callAll((link) => link.call('journal')),
  }
}
