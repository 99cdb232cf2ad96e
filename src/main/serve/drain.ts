/** Lets requests in flight finish, so that neither a client nor a proxy in front loses one. */
import type { WebServer } from '../../http/server/web-server.ts'

const POLL_MS = 20

export interface ServerDrain {
  begun(): boolean
  /** Resolves when no work is left, or after the timeout. */
  run(server: WebServer, limitMs: number): Promise<void>
}

interface DrainTimes {
  /** A health check on a new connection must get an answer: some balancers lose requests if it is refused. */
  drainNoticeMs: number
  /**
   * How long idle connections stay open for a proxy to close. 0 means that there is no proxy: idle connections
   * are closed, and new ones are still served, until all requests are done.
   */
  drainIdleMs: number
}

export function createServerDrain(inFlight: () => number, times: DrainTimes): ServerDrain {
  const { drainNoticeMs: noticeMs, drainIdleMs: idleMs } = times
  let begun = false
  return {
    begun: () => begun,
    async run(server, limitMs) {
      begun = true
      const untilMs = performance.now() + limitMs
      // Keep connections open meanwhile: a proxy that needs a new one for each request would be opening some
      // when new ones are refused, and those not accepted by then are lost.
      await Bun.sleep(Math.min(noticeMs, limitMs))
      server.disableKeepAlive()
      if (idleMs > 0) server.refuse()
      const toldMs = performance.now()
      const isQuiet = () =>
        inFlight() === 0 &&
        (server.connections() === 0 ||
          performance.now() >= Math.max(toldMs, server.repliedMs()) + idleMs)
      while (!isQuiet() && performance.now() < untilMs) await Bun.sleep(POLL_MS)
      server.closeIdle()
    },
  }
}
