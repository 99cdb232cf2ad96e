/** Stage 6: hand the answer to the client. Returns at the last byte. */
import { failure } from '../../core/failure.ts'
import type { Answer, StreamAnswer, WholeAnswer } from '../attempt/answer.ts'
import type { Client } from '../client.ts'
import { type RequestContext, setUpstreamHeaders } from '../context.ts'
import type { Services } from '../services.ts'
import { streamBody } from './stream.ts'

/** A promise only for a stream. */
export function relay(
  gateway: Services,
  answer: Answer,
  trace: RequestContext,
  client: Client,
): void | Promise<void> {
  trace.firstTokenMs = performance.now() - trace.arrivedMs
  trace.status = answer.status
  if (answer.kind !== 'whole') return relayStream(gateway, answer, trace, client)
  relayWhole(gateway, answer, trace, client)
}

function relayWhole(
  gateway: Services,
  answer: WholeAnswer,
  trace: RequestContext,
  client: Client,
): void {
  const { key } = answer.upstream
  gateway.pool.succeeded(key.id)
  trace.usage = answer.usage
  trace.generatedText = answer.usage === null ? answer.text : ''
  trace.outcome = 'ok'
  client.respond({
    status: answer.status,
    headers: replyHeaders(answer, trace, 'application/json'),
    body: answer.body,
  })
}

async function relayStream(
  gateway: Services,
  answer: StreamAnswer,
  trace: RequestContext,
  client: Client,
): Promise<void> {
  const { upstream, observer } = answer
  const { key } = upstream
  gateway.pool.begun(key.id)
  const stream = client.stream({
    status: answer.status,
    headers: {
      ...replyHeaders(answer, trace, 'text/event-stream; charset=utf-8'),
      'cache-control': 'no-cache',
      'x-accel-buffering': 'no',
    },
  })
  const end = await streamBody(gateway, answer, trace, stream)
  trace.onClientGone = null
  trace.usage = observer.usage
  trace.generatedText = observer.text
  if (observer.dropped > 0) {
    gateway.metrics.eventsDropped(observer.dropped)
    gateway.logger.warn(
      { requestId: trace.requestId, upstream: key.name, dropped: observer.dropped },
      'stream events dropped',
    )
  }
  if (end.how === 'client_gone') {
    trace.outcome = 'aborted'
    trace.errorCode = 'client_closed_request'
    gateway.pool.released(key.id)
  } else if (end.how === 'complete') {
    trace.outcome = 'ok'
    gateway.pool.succeeded(key.id)
  } else {
    trace.outcome = 'cut'
    trace.errorCode = end.code
    const note = trace.attempts[trace.attempts.length - 1]
    if (note) note.failure = `${end.by === 'gateway' ? 'gateway' : 'server'}: ${end.detail}`
    if (end.by === 'gateway') return gateway.pool.released(key.id)
    gateway.pool.failed(
      key.id,
      key.name,
      failure('server', end.detail, { status: 200, timedOut: end.code === 'upstream_timeout' }),
    )
  }
}

/** In one object: each copy of a dozen headers costs as much as a stage. */
function replyHeaders(
  answer: Answer,
  trace: RequestContext,
  contentType: string,
): Record<string, string> {
  const headers = trace.holdHeaders
  Object.assign(headers, answer.headers)
  headers['content-type'] = contentType
  headers['x-request-id'] = trace.requestId
  setUpstreamHeaders(trace)
  return headers
}
