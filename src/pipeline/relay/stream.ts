/** The body of a streamed reply: at the client's pace, watched for failureFromError on both sides. */
import { EVENT_TOO_LARGE } from '../../protocols/openai/stream.ts'
import type { StreamAnswer } from '../attempt/answer.ts'
import { TOO_LONG } from '../attempt/refusals.ts'
import type { ClientStream } from '../client.ts'
import type { RequestContext } from '../context.ts'
import type { Services } from '../services.ts'
import { type Cut, errorEvent } from './error-event.ts'

export type StreamEnding = { how: 'complete' } | { how: 'client_gone' } | Cut

const SILENT: Cut = {
  how: 'cut',
  by: 'upstream',
  code: 'upstream_timeout',
  detail: 'it fell silent in the middle of the stream',
}
const TOO_LONG_CUT: Cut = {
  how: 'cut',
  by: 'gateway',
  code: 'upstream_timeout',
  detail: TOO_LONG,
}

/** An upstream that has said all but keeps the stream open is not waited for longer. */
const AFTER_FINISH_MS = 2_000
const encoder = new TextEncoder()

/** Resolves once nothing more will be sent. */
export function streamBody(
  gateway: Services,
  answer: StreamAnswer,
  trace: RequestContext,
  client: ClientStream,
): Promise<StreamEnding> {
  const { observer, reply } = answer
  const { limits } = gateway
  const deadline = gateway.deadlines.open()
  const lastMs = trace.arrivedMs + limits.requestMs
  const { promise: ended, resolve, reject } = Promise.withResolvers<StreamEnding>()
  let stopped: Cut | null = null
  let over = false

  const end = (ending: StreamEnding) => {
    over = true
    deadline.clear()
    resolve(ending)
  }
  const gone = () => {
    if (over) return
    end({ how: 'client_gone' })
    answer.cancel()
  }
  trace.onClientGone = gone
  const stop = (why: Cut) => {
    stopped = why
    answer.cancel()
  }
  const upstreamSilent = () => stop(SILENT)
  const requestTooLong = () => stop(TOO_LONG_CUT)
  const watchUpstream = () => {
    const idleMs = observer.finished ? Math.min(AFTER_FINISH_MS, limits.idleMs) : limits.idleMs
    const leftMs = lastMs - performance.now()
    if (leftMs < idleMs) deadline.set(leftMs, requestTooLong)
    else deadline.set(idleMs, upstreamSilent)
  }
  const clientStalled = () => {
    gone()
    client.abort()
  }
  const watchClient = () => deadline.set(limits.clientWriteMs, clientStalled)

  const close = (last: Uint8Array | null, cut: Cut | null) => {
    if (over) return
    if (cut === null) client.end(last)
    else {
      if (last !== null) void client.write(last)
      client.end(encoder.encode(errorEvent(answer, cut, trace.requestId)))
    }
    end(cut ?? { how: 'complete' })
  }

  /** Passes on what comes as it comes, in one loop for all of the stream. */
  const pass = async (): Promise<void> => {
    let run = answer.first
    if (run === null) client.flush()
    for (;;) {
      if (observer.error !== null) {
        answer.cancel()
        return close(run, errorOr('it reported an error'))
      }
      if (observer.done) {
        close(run, null)
        return settleUpstream()
      }
      if (run !== null) {
        const taken = client.write(run)
        if (taken instanceof Promise) {
          watchClient()
          await taken
        }
        if (over) return
      }
      watchUpstream()
      let chunk: Uint8Array | null
      try {
        const next = reply.next()
        chunk = next instanceof Promise ? await next : next
      } catch {
        return close(null, brokenOff())
      }
      if (over) return
      if (chunk === null) return finish()
      run = observer.accept(chunk)
      if (observer.oversized) {
        answer.cancel()
        return close(run, errorOr(EVENT_TOO_LARGE))
      }
    }
  }

  const finish = () => {
    const { bytes, end: how } = observer.finish()
    const whole = how === 'complete' && observer.error === null
    close(bytes, whole ? null : errorOr('it ended the stream too early'))
  }
  const errorOr = (detail: string): Cut => ({
    how: 'cut',
    by: 'upstream',
    code: 'upstream_error',
    detail: observer.error === null ? detail : 'it reported an error in the stream',
  })
  const brokenOff = (): Cut | null => {
    if (observer.finished) return null
    return stopped ?? errorOr('the connection broke off in the middle of the stream')
  }

  /** The client is done with `[DONE]`; the upstream may take a moment to end, so its connection can be used again. */
  const settleUpstream = () => {
    const rest = gateway.deadlines.open()
    rest.set(AFTER_FINISH_MS, answer.cancel)
    const drain = async () => {
      while ((await reply.next()) !== null);
    }
    const settled = () => rest.clear()
    drain().then(settled, settled)
  }

  pass().catch((error) => {
    client.abort()
    reject(error)
  })
  return ended
}
