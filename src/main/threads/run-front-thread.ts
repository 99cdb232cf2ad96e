/** A further thread's side: the same gateway as in the first one, which says when to listen and when to stop. */
import type { Seams } from '../compose/gateway/state.ts'
import { createLedgerConnection } from '../ledger/ledger-port.ts'
import type { Server } from '../serve/server.ts'
import { createExchangeSender } from './exchange-sender.ts'
import type { FromOthers, Front } from './front.ts'
import { createLink, type Offers } from './link.ts'
import type { FrontOffers, HubOffers } from './offers.ts'
import { openFront } from './open-front.ts'

declare const self: Worker

export function runFrontThread(seams: Seams = {}): void {
  const offers: Record<string, Offers[string]> = {}
  const hub = createLink<HubOffers>((message, moved) => self.postMessage(message, moved), offers)
  const others: FromOthers = {
    hub,
    ledger: createLedgerConnection(),
    live: [],
    leasesWanted: [],
  }
  let server: Server | null = null
  const exchanges = createExchangeSender(hub, () => server?.inFlight ?? null)
  Object.assign(
    offers,
    offersOf(others, seams, {
      serve: (front, port) => {
        server = front.listen(port, exchanges)
      },
      served: () => server,
    }),
    exchanges,
  )
  self.onmessage = ({ data }) => hub.received(data)
}

interface Serving {
  serve(front: Front, port: number): void
  served(): Server | null
}

function offersOf(
  others: FromOthers,
  seams: Seams,
  { serve, served }: Serving,
): Omit<FrontOffers, `reply${string}`> {
  let front: Front | null = null
  const running = (): Front => {
    if (front === null) throw new Error('the thread has not started')
    return front
  }
  const gateway = () => running().running.gateway
  return {
    async start(start) {
      front = await openFront(start, others, seams)
    },
    listen: (port) => serve(running(), port),
    drain: async (limitMs) => served()?.drain(limitMs),
    async stop() {
      if (front === null) return true
      await served()?.close()
      const saved = await front.running.stop()
      await front.close()
      front.logger.flush()
      return saved
    },
    ledger: others.ledger.use,
    // A thread that is starting reads the directory in any case.
    reload: async () => front?.running.gateway.directory.reload(),
    async metrics() {
      gateway().endedRequests.flush()
      return gateway().metrics.snapshot()
    },
    journal: () => gateway().journal.health(),
    live(message) {
      for (const listener of others.live) listener(message)
    },
    leasesWanted(userId) {
      for (const listener of others.leasesWanted) listener(userId)
    },
  }
}
