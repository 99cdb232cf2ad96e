/** Lets what is under way finish, so that neither a client nor a proxy in front loses a request. */
import type { WebServer } from '../http/web-server.ts'

const POLL_MS = 20

export interface Drain {
  begun(): boolean
  /** Resolves when all is quiet, or with the time. */
  run(server: WebServer, limitMs: number): Promise<void>
}

/**
 * A connection without a request is left to who opened it for `idleMs`. With 0 nobody is in front: such
 * ones are closed, and new ones are heard out, until all requests are done.
 */
export function createDrain(underWay: () => number, idleMs: number): Drain {
  let begun = false
  return {
    begun: () => begun,
    async run(server, limitMs) {
      begun = true
      const startedMs = performance.now()
      const untilMs = startedMs + limitMs
      server.keepNone()
      if (idleMs > 0) server.refuse()
      const isQuiet = () =>
        underWay() === 0 &&
        (server.connections() === 0 ||
          performance.now() >= Math.max(startedMs, server.repliedMs()) + idleMs)
      while (!isQuiet() && performance.now() < untilMs) await Bun.sleep(POLL_MS)
      server.closeIdle()
    },
  }
}
