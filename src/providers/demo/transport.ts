/** The demo's transport: it answers inside of this process. */
import { GatewayError, retryAfterHeaders } from '../../core/errors.ts'
import {
  type Answer,
  composeChunks,
  composeCompletion,
  composeEmbedding,
  readAsked,
} from '../../protocols/openai/compose.ts'
import { modelEntry } from '../../protocols/openai/model-list.ts'
import type { Endpoint } from '../../protocols/protocol.ts'
import { replyOf } from '../../upstreams/response-reply.ts'
import type { Transport, WireRequest } from '../../upstreams/transport.ts'
import { demoPieces, demoText, demoVector } from './models.ts'

const CHUNK_GAP_MS = 15
const SLOW_GAP_MS = 250
const SLOW_START_MS = 3_000
const JSON_TYPE = { 'content-type': 'application/json' }

export const demoTransport: Transport = {
  send(request) {
    const controller = new AbortController()
    return {
      reply: demoReply(request, controller.signal).then(replyOf),
      cancel: () => controller.abort(),
    }
  },
}

async function demoReply(request: WireRequest, signal: AbortSignal): Promise<Response> {
  const path = request.url.slice(request.url.indexOf('/') + 1)
  if (typeof request.body !== 'string') return demoModelReply(path)
  const endpoint = path as Endpoint
  const asked = readAsked(request.body)
  const { model } = asked
  if (model === 'demo/429') return rateLimited()
  if (model === 'demo/503') throw coolingDown()
  const pieces = demoPieces(demoText(asked.text))
  const answer: Answer = {
    id: `demo-${crypto.randomUUID()}`,
    created: Math.floor(Date.now() / 1000),
    model,
    pieces,
    // A token is about four characters; the counts are only meant to look right.
    promptTokens: Math.max(1, Math.ceil(asked.size / 4)),
    completionTokens: pieces.length,
  }
  if (model === 'demo/slow') await pause(SLOW_START_MS, signal)
  if (asked.stream) return streamed(model, composeChunks(endpoint, answer), signal)
  const reply =
    endpoint === 'embeddings'
      ? composeEmbedding(demoVector(pieces.join('')), asked.encodingFormat, answer)
      : composeCompletion(endpoint, answer)
  const whole = JSON.stringify(reply)
  return new Response(model === 'demo/cut' ? whole.slice(0, whole.length / 2) : whole, {
    headers: JSON_TYPE,
  })
}

function coolingDown(): GatewayError {
  return new GatewayError(
    'no_available_upstream',
    'gateway: demo/503 shows what clients see while every upstream key is cooling down.',
    { headers: retryAfterHeaders(30_000) },
  )
}

function demoModelReply(endpoint: string): Response {
  const id = decodeURIComponent(endpoint.slice('models/'.length))
  return new Response(JSON.stringify(modelEntry(id, 'gpt-proxy')), {
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

function streamed(model: string, chunks: readonly string[], signal: AbortSignal): Response {
  const cutAt = model === 'demo/cut' ? Math.ceil(chunks.length / 2) : null
  const gapMs = model === 'demo/slow' ? SLOW_GAP_MS : CHUNK_GAP_MS
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
