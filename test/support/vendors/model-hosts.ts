/** Scripted hosts of models: Google AI Studio, Vertex AI with the machine's token, and Bedrock, at one address. */

import { EventStreamCodec } from '@smithy/core/event-streams'
import { pause } from '../waiting.ts'

/** A request as it arrived. */
export interface Asked {
  path: string
  headers: Headers
  body: string
}

/** Documented examples, of no account. */
export const AWS = 'AKIAIOSFODNN7EXAMPLE:wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'
const codec = new EventStreamCodec(
  (bytes) => new TextDecoder().decode(bytes as Uint8Array),
  (text) => new TextEncoder().encode(text),
)

export function frame(name: string, payload: unknown, type = 'event'): Uint8Array {
  const text = (value: string) => ({ type: 'string', value }) as const
  const kind = type === 'event' ? ':event-type' : ':exception-type'
  return codec.encode({
    headers: { ':message-type': text(type), [kind]: text(name) },
    body: new TextEncoder().encode(JSON.stringify(payload)),
  })
}

/** An answer that breaks off when its beginning has long reached the client. */
async function* breaking(): AsyncGenerator<Uint8Array> {
  yield frame('messageStart', { role: 'assistant' })
  yield frame('contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'Grü' } })
  await pause(300)
  yield frame('modelStreamErrorException', { message: 'broken' }, 'exception')
}

/** A body that leaves in chunks of seven bytes, so that frames are cut anywhere. */
function dribbled(parts: Uint8Array[]): ReadableStream {
  const bytes = Buffer.concat(parts)
  return new ReadableStream({
    start(controller) {
      for (let at = 0; at < bytes.length; at += 7) controller.enqueue(bytes.subarray(at, at + 7))
      controller.close()
    },
  })
}

export const FRAMES = { 'content-type': 'application/vnd.amazon.eventstream' }
export const GEMINI = {
  candidates: [{ content: { role: 'model', parts: [{ text: 'Grüezi' }] }, finishReason: 'STOP' }],
  usageMetadata: { promptTokenCount: 7, candidatesTokenCount: 2, totalTokenCount: 9 },
  modelVersion: 'gemini-x',
  responseId: 'r',
}

export const CLAUDE = [
  {
    type: 'message_start',
    message: {
      id: 'm',
      type: 'message',
      role: 'assistant',
      model: 'claude',
      content: [],
      stop_reason: null,
      usage: { input_tokens: 7, output_tokens: 1 },
    },
  },
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Grüezi' } },
  { type: 'content_block_stop', index: 0 },
  {
    type: 'message_delta',
    delta: { stop_reason: 'end_turn', stop_sequence: null },
    usage: { output_tokens: 2 },
  },
  { type: 'message_stop' },
]

const REFUSED = {
  error: {
    code: 400,
    message: 'API key not valid. Please pass a valid API key.',
    status: 'INVALID_ARGUMENT',
    details: [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID' }],
  },
}

function answer(path: string): Response {
  if (path.includes('amazon.broken')) return new Response(breaking(), { headers: FRAMES })
  if (path.includes('amazon.small'))
    return Response.json({ message: 'Input is too long for requested model.' }, { status: 400 })
  if (path.includes('gemini-refused')) return Response.json(REFUSED, { status: 400 })
  if (path.endsWith(':countTokens')) return Response.json({ totalTokens: 31 })
  if (path.endsWith(':generateContent')) return Response.json(GEMINI)
  if (path.endsWith(':streamGenerateContent'))
    return new Response(`data: ${JSON.stringify(GEMINI)}\n\n`, {
      headers: { 'content-type': 'text/event-stream' },
    })
  if (path.endsWith(':streamRawPredict'))
    return new Response(
      CLAUDE.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(''),
      { headers: { 'content-type': 'text/event-stream' } },
    )
  if (path.endsWith('/converse-stream'))
    return new Response(
      dribbled([
        frame('messageStart', { role: 'assistant' }),
        frame('contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'Grüezi' } }),
        frame('contentBlockStop', { contentBlockIndex: 0 }),
        frame('messageStop', { stopReason: 'end_turn' }),
        frame('metadata', { usage: { inputTokens: 7, outputTokens: 2, totalTokens: 9 } }),
      ]),
      { headers: FRAMES },
    )
  if (path.endsWith('/converse'))
    return Response.json({
      output: { message: { role: 'assistant', content: [{ text: 'Grüezi' }] } },
      stopReason: 'end_turn',
      usage: { inputTokens: 7, outputTokens: 2, totalTokens: 9 },
    })
  if (path.endsWith('/invoke-with-response-stream'))
    return new Response(
      dribbled(
        CLAUDE.map((event) =>
          frame('chunk', { bytes: Buffer.from(JSON.stringify(event)).toString('base64') }),
        ),
      ),
      { headers: FRAMES },
    )
  return Response.json({ message: `no ${path}` }, { status: 404 })
}

export interface ModelHosts {
  url: string
  /** Without a scheme. */
  host: string
  asked: Asked[]
  /** How many tokens of the machine were given. */
  tokens(): number
  close(): void
}

export function startModelHosts(): ModelHosts {
  const asked: Asked[] = []
  let tokens = 0
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request) {
      const { pathname } = new URL(request.url)
      if (pathname === '/computeMetadata/v1/instance/service-accounts/default/token') {
        tokens++
        return Response.json({ access_token: 'ya29.machine', expires_in: 3600 })
      }
      asked.push({ path: pathname, headers: request.headers, body: await request.text() })
      return answer(pathname)
    },
  })
  const host = `127.0.0.1:${server.port}`
  return {
    url: `http://${host}`,
    host,
    asked,
    tokens: () => tokens,
    close: () => server.stop(true),
  }
}
