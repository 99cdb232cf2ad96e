/** Lets requests in flight finish, so that neither a client nor a proxy in front loses one. */
import type { WebServer } from '../../http/server/web-server.ts'

const POLL_MS = 20

export interface Drain {
  begun(): boolean
  /** Resolves when no work is left, or after the timeout. */
  run(server: WebServer, limitMs: number): Promise<void>
}

interface DrainTimes {
  /** A health check on a new connection must get an answer: some balancers lose requests if it is refused. */
  drainNoticeMs: number
  /**
   * A connection without a request is left to who opened it for this long. With 0 nobody is in front: such
   * ones are closed, and new ones are heard out, until all requests are done.
   */
  drainIdleMs: number
}

export function createDrain(inFlight: () => number, times: DrainTimes): Drain {
  const { drainNoticeMs: noticeMs, drainIdleMs: idleMs } = times
  let begun = false
  return {
    begun: () => begun,
    async run(server, limitMs) {
      begun = true
      const untilMs = performance.now() + limitMs
      // Connections are kept meanwhile: a proxy that had to open one for each request would be opening some
      // at the moment they are refused, and what is not accepted by then is lost.
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
