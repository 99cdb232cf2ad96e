/** Lets what is under way finish, so that neither a client nor a proxy in front loses a request. */
import { closeListener, openConnections } from './close-listener.ts'

const POLL_MS = 20
/** Looking for open connections reads a list of all of the system's. */
const CONNECTIONS_POLL_MS = 100

export interface Drain {
  begun(): boolean
  /** For a reply during the drain: the last one on its connection, so that a proxy keeps it no longer. */
  lastOnItsConnection(reply: Response | Promise<Response>): Response | Promise<Response>
  /** Refuses new connections; resolves when all is quiet, or with the time. */
  run(port: number, limitMs: number): Promise<void>
}

/** A connection without a request is left to who opened it for `idleMs`; 0 closes such ones at once. */
export function createDrain(underWay: () => number, idleMs: number): Drain {
  let begun = false
  let busyMs = 0

  async function untilNothingIsUnderWay(untilMs: number): Promise<void> {
    while (underWay() > 0 && performance.now() < untilMs) {
      await Bun.sleep(POLL_MS)
      busyMs = performance.now()
    }
  }

  return {
    begun: () => begun,
    lastOnItsConnection(reply) {
      busyMs = performance.now()
      return reply instanceof Promise ? reply.then(closing) : closing(reply)
    },
    async run(port, limitMs) {
      begun = true
      busyMs = performance.now()
      const untilMs = busyMs + limitMs
      const refusing = idleMs > 0 && closeListener(port)
      await untilNothingIsUnderWay(untilMs)
      while (refusing && performance.now() < Math.min(untilMs, busyMs + idleMs)) {
        if (openConnections(port) === 0) return
        await Bun.sleep(CONNECTIONS_POLL_MS)
        await untilNothingIsUnderWay(untilMs)
      }
    },
  }
}

function closing(reply: Response): Response {
  reply.headers.set('connection', 'close')
  return reply
}
