/** The body of a streamed reply: at the client's pace, watched for silence on both sides. */
import type { StreamAnswer } from './answer.ts'
import { errorEvent } from './error-event.ts'
import type { Gateway } from './gateway.ts'
import type { Trace } from './trace.ts'

export type StreamEnding =
  | { how: 'complete' }
  | { how: 'client_gone' }
  | { how: 'cut'; code: 'upstream_error' | 'upstream_timeout'; detail: string }

export interface StreamBody {
  body: ReadableStream<Uint8Array>
  /** Resolves once nothing more will be sent. */
  ended: Promise<StreamEnding>
}

/** An upstream that has said all but keeps the stream open is not waited for longer. */
const AFTER_FINISH_MS = 2_000
const encoder = new TextEncoder()

export function streamBody(gateway: Gateway, answer: StreamAnswer, trace: Trace): StreamBody {
  const { observer } = answer
  const { limits } = gateway
  const deadline = gateway.deadlines.open()
  const lastMs = trace.arrivedMs + limits.requestMs
  const { promise: ended, resolve } = Promise.withResolvers<StreamEnding>()
  let silent = false
  let over = false

  const end = (ending: StreamEnding) => {
    over = true
    deadline.clear()
    resolve(ending)
  }
  const upstreamSilent = () => {
    silent = true
    answer.cancel()
  }
  const watchUpstream = () => {
    const idleMs = observer.finished ? Math.min(AFTER_FINISH_MS, limits.idleMs) : limits.idleMs
    deadline.set(Math.min(idleMs, lastMs - performance.now()), upstreamSilent)
  }
  let toClient: ReadableStreamDefaultController<Uint8Array> | null = null
  const start = (controller: ReadableStreamDefaultController<Uint8Array>) => {
    toClient = controller
    pass(controller).catch((error) => controller.error(error))
  }
  const clientStalled = () => {
    end({ how: 'client_gone' })
    answer.cancel()
    toClient?.error(new Error('the client takes nothing'))
  }
  const watchClient = () => deadline.set(limits.clientWriteMs, clientStalled)
  const gone = () => {
    if (over) return
    end({ how: 'client_gone' })
    answer.cancel()
  }
  trace.onClientGone = gone

  const close = (
    controller: ReadableStreamDefaultController<Uint8Array>,
    last: Uint8Array | null,
    cut: (StreamEnding & { how: 'cut' }) | null,
  ) => {
    if (over) return
    if (last !== null) controller.enqueue(last)
    if (cut !== null)
      controller.enqueue(encoder.encode(errorEvent(answer, cut.code, cut.detail, trace.requestId)))
    controller.close()
    end(cut ?? { how: 'complete' })
  }

  let clientTakes: (() => void) | null = null
  /** Resolves at once where the client waits for these bytes, else when it wants the next ones. */
  const give = (
    controller: ReadableStreamDefaultController<Uint8Array>,
    run: Uint8Array,
  ): void | Promise<void> => {
    controller.enqueue(run)
    if ((controller.desiredSize ?? 0) >= 0) return
    watchClient()
    return new Promise((resolve) => {
      clientTakes = resolve
    })
  }
  const pull = () => {
    clientTakes?.()
    clientTakes = null
  }

  /** Passes on what comes as it comes. One loop for all of the stream: a call for each pull costs more. */
  const pass = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    let run = answer.first
    for (;;) {
      if (observer.error !== null) {
        answer.cancel()
        return close(controller, run, errorOr('it reported an error'))
      }
      if (observer.done) return settleUpstream(close, controller, run)
      if (run !== null) {
        const given = give(controller, run)
        if (given instanceof Promise) await given
        if (over) return
      }
      watchUpstream()
      let chunk: Uint8Array | null
      try {
        const next = answer.reply.next()
        chunk = next instanceof Promise ? await next : next
      } catch {
        return close(controller, null, brokenOff())
      }
      if (over) return
      if (chunk === null) return finish(controller)
      run = observer.accept(chunk)
    }
  }

  const finish = (controller: ReadableStreamDefaultController<Uint8Array>) => {
    const { bytes, end: how } = observer.finish()
    const whole = how === 'complete' && observer.error === null
    close(controller, bytes, whole ? null : errorOr('it ended the stream too early'))
  }
  const errorOr = (detail: string) =>
    ({
      how: 'cut',
      code: 'upstream_error',
      detail: observer.error === null ? detail : 'it reported an error in the stream',
    }) as const
  const brokenOff = () => {
    if (!silent)
      return observer.finished
        ? null
        : errorOr('the connection broke off in the middle of the stream')
    if (observer.finished) return null
    return {
      how: 'cut',
      code: 'upstream_timeout',
      detail: 'it fell silent in the middle of the stream',
    } as const
  }

  /** The client is done with `[DONE]`; the upstream may take a moment to end, so its connection can be used again. */
  const settleUpstream = (
    closing: typeof close,
    controller: ReadableStreamDefaultController<Uint8Array>,
    last: Uint8Array | null,
  ) => {
    closing(controller, last, null)
    const rest = gateway.deadlines.open()
    rest.set(AFTER_FINISH_MS, answer.cancel)
    const drain = async () => {
      while ((await answer.reply.next()) !== null);
    }
    const settled = () => rest.clear()
    drain().then(settled, settled)
  }

  return {
    body: new ReadableStream<Uint8Array>({ start, pull, cancel: gone }, { highWaterMark: 0 }),
    ended,
  }
}
