/** The demo models, answered inside this process; any other address goes to the real transport. */

import { GatewayError, retryAfterHeaders } from '../../core/errors.ts'
import { replyOf } from '../../upstreams/response-reply.ts'
import type { Sending, Transport, WireRequest } from '../../upstreams/transport.ts'
import { DEMO_BASE_URL, type DemoModel, demoChunks, demoCompletion } from './models.ts'

const CHUNK_GAP_MS = 15
const SLOW_GAP_MS = 250
const SLOW_START_MS = 3_000
const JSON_TYPE = { 'content-type': 'application/json' }

interface DemoBody {
  model: DemoModel
  stream?: boolean
}

export function withDemo(real: Transport): Transport {
  return {
    send: (request, options) =>
      request.url.startsWith(DEMO_BASE_URL) ? demoSending(request) : real.send(request, options),
  }
}

function demoSending(request: WireRequest): Sending {
  const controller = new AbortController()
  return {
    reply: demoReply(request, controller.signal).then(replyOf),
    cancel: () => controller.abort(),
  }
}

async function demoReply(request: WireRequest, signal: AbortSignal): Promise<Response> {
  const endpoint = request.url.slice(DEMO_BASE_URL.length + 1)
  if (request.body === null) return demoModelReply(endpoint)
  const body = JSON.parse(request.body) as DemoBody
  if (body.model === 'demo/429') return rateLimited()
  if (body.model === 'demo/503') {
    throw new GatewayError(
      'no_available_upstream',
      'gateway: demo/503 shows what clients see while every upstream key is cooling down.',
      {
        headers: retryAfterHeaders(30_000),
      },
    )
  }
  const stamp = { id: `demo-${crypto.randomUUID()}`, created: Math.floor(Date.now() / 1000) }
  if (body.model === 'demo/slow') await pause(SLOW_START_MS, signal)
  if (body.stream === true) return streamed(body, demoChunks(endpoint, body, stamp), signal)
  const whole = JSON.stringify(demoCompletion(endpoint, body, stamp))
  return new Response(body.model === 'demo/cut' ? whole.slice(0, whole.length / 2) : whole, {
    headers: JSON_TYPE,
  })
}

function demoModelReply(endpoint: string): Response {
  const id = decodeURIComponent(endpoint.slice('models/'.length))
  return new Response(JSON.stringify({ id, object: 'model', created: 0, owned_by: 'gpt-proxy' }), {
    headers: JSON_TYPE,
  })
}

function rateLimited(): Response {
  const error = {
    message: 'demo/429 is always over its limit',
    type: 'requests',
    code: 'rate_limit_exceeded',
    param: null,
  }
  return new Response(JSON.stringify({ error }), {
    status: 429,
    headers: { ...JSON_TYPE, 'retry-after': '20' },
  })
}

function streamed(body: DemoBody, chunks: readonly string[], signal: AbortSignal): Response {
  const cutAt = body.model === 'demo/cut' ? Math.ceil(chunks.length / 2) : null
  const gapMs = body.model === 'demo/slow' ? SLOW_GAP_MS : CHUNK_GAP_MS
  const encoder = new TextEncoder()
  let next = 0
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (next > 0) await pause(gapMs, signal)
      if (next === cutAt) return controller.close()
      const chunk = chunks[next++]
      controller.enqueue(encoder.encode(`data: ${chunk ?? '[DONE]'}\n\n`))
      if (chunk === undefined) controller.close()
    },
  })
  return new Response(stream, { headers: { 'content-type': 'text/event-stream' } })
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer)
        reject(new Error('aborted'))
      },
      { once: true },
    )
  })
}
