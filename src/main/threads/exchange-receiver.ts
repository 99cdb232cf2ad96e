/** Answers exchanges that another thread received from its clients. */
import { Exchange } from '../../http/server/exchange.ts'
import type { ReplyWire } from '../../http/server/exchange-peers.ts'
import { readRequestHead } from '../../http1/request-head.ts'
import type { Link } from './link.ts'
import type { FrontOffers, HubOffers } from './offers.ts'

type ExchangeOffers = Pick<
  HubOffers,
  | 'exchangeOpened'
  | 'exchangeReceived'
  | 'exchangeComplete'
  | 'exchangeMalformed'
  | 'exchangeLeft'
  | 'exchangeTook'
>

/** Parts of a reply on their way to the client's thread before the writer waits. */
const PARTS_AHEAD = 4

interface Received {
  exchange: Exchange
  took(): void
  left(): void
}

/** `isLast`: whether connections close after their replies, because the gateway is stopping. */
export function createExchangeReceiver(
  thread: () => Pick<Link<FrontOffers>, 'tell'>,
  answer: (exchange: Exchange) => void,
  isLast: () => boolean,
): ExchangeOffers {
  const received = new Map<number, Received>()
  return {
    exchangeOpened(id, head, peer) {
      const reply = createReplyWire(id, thread(), { peer, isLast, over: () => received.delete(id) })
      const exchange = new Exchange(readRequestHead(head), reply.wire)
      received.set(id, { exchange, took: reply.took, left: reply.left })
      answer(exchange)
    },
    exchangeReceived: (id, bytes) => received.get(id)?.exchange.received(bytes),
    exchangeComplete: (id) => received.get(id)?.exchange.complete(),
    exchangeMalformed: (id, reason) => received.get(id)?.exchange.markMalformed(reason),
    exchangeLeft(id) {
      const found = received.get(id)
      received.delete(id)
      found?.left()
      found?.exchange.clientLeft()
    },
    exchangeTook: (id) => received.get(id)?.took(),
  }
}

interface WireParts {
  peer: string
  isLast(): boolean
  over(): void
}

function createReplyWire(
  id: number,
  thread: Pick<Link<FrontOffers>, 'tell'>,
  { peer, isLast, over }: WireParts,
) {
  let ahead = 0
  let waiting: PromiseWithResolvers<void> | null = null
  const goOn = (): void => {
    waiting?.resolve()
    waiting = null
  }
  const wire: ReplyWire = {
    peer: () => peer,
    send(head, body, part) {
      ahead++
      // A view of a larger buffer would be copied with all of it.
      thread.tell('replySend', id, head, body === null ? null : body.slice(), part)
    },
    lag() {
      if (ahead < PARTS_AHEAD) return
      waiting ??= Promise.withResolvers<void>()
      return waiting.promise
    },
    finished(keepAlive) {
      thread.tell('replyFinished', id, keepAlive)
      over()
    },
    abort() {
      thread.tell('replyAbort', id)
      over()
    },
    isLast,
    hold: (back) => thread.tell('replyHold', id, back),
    openTunnel() {
      throw new Error('an exchange of another thread does not become a tunnel')
    },
  }
  return {
    wire,
    took() {
      ahead--
      if (ahead < PARTS_AHEAD) goOn()
    },
    left() {
      ahead = 0
      goOn()
    },
  }
}
