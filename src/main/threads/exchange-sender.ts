/** Hands exchanges to the first thread, which answers for the whole gateway, and sends its replies. */
import type { Exchange } from '../../http/server/exchange.ts'
import type { ReplyWire } from '../../http/server/exchange-peers.ts'
import type { BodyFraming } from '../../http/server/outgoing.ts'
import type { RequestHead } from '../../http1/request-head.ts'
import type { Link } from './link.ts'
import type { FrontOffers, HubOffers } from './offers.ts'

type ReplyOffers = Pick<FrontOffers, 'replySend' | 'replyFinished' | 'replyAbort' | 'replyHold'>

export interface ExchangeSender extends ReplyOffers {
  handOver(exchange: Exchange): void
}

interface Sent {
  wire: ReplyWire
  ended: () => void
}

/** `inFlight` counts exchanges until their replies are sent. */
export function createExchangeSender(
  hub: Pick<Link<HubOffers>, 'tell'>,
  inFlight: () => { add(): void; remove(): void } | null,
): ExchangeSender {
  const sent = new Map<number, Sent>()
  let latest = 0
  const over = (id: number): Sent | undefined => {
    const found = sent.get(id)
    if (sent.delete(id)) found?.ended()
    return found
  }

  return {
    handOver(exchange) {
      const id = ++latest
      const counted = inFlight()
      counted?.add()
      const { request, wire } = exchange.handOver({
        received: (bytes) => hub.tell('exchangeReceived', id, bytes.slice()),
        complete: () => hub.tell('exchangeComplete', id),
        markMalformed: (reason) => hub.tell('exchangeMalformed', id, reason),
        clientLeft() {
          hub.tell('exchangeLeft', id)
          over(id)
        },
      })
      sent.set(id, { wire, ended: () => counted?.remove() })
      hub.tell('exchangeOpened', id, textOf(request), wire.peer())
      exchange.tellTaker()
    },
    replySend(id: number, head: string, body: Uint8Array | null, part: BodyFraming) {
      const wire = sent.get(id)?.wire
      if (wire === undefined) return
      wire.send(head, body, part)
      const took = () => hub.tell('exchangeTook', id)
      const lag = wire.lag()
      if (lag instanceof Promise) void lag.then(took)
      else took()
    },
    replyFinished(id, keepAlive) {
      const wire = over(id)?.wire
      wire?.finished(keepAlive && !wire.isLast())
    },
    replyAbort: (id) => over(id)?.wire.abort(),
    replyHold: (id, back) => sent.get(id)?.wire.hold(back),
  }
}

function textOf({ method, target, minor, headers }: RequestHead): string {
  const lines = headers.entries().map(([name, value]) => `${name}: ${value}`)
  return [`${method} ${target} HTTP/1.${minor}`, ...lines].join('\r\n')
}
