/** The built-in demo models: what an answer, and each failure, looks like before any upstream key is there. */
import type { UpstreamKey } from '../../core/entities.ts'

export const DEMO_MODEL_PREFIX = 'demo/'
export const DEMO_BASE_URL = 'demo:'
export const DEMO_MODELS = ['demo/echo', 'demo/429', 'demo/503', 'demo/slow', 'demo/cut'] as const
export type DemoModel = (typeof DEMO_MODELS)[number]

/** An upstream like any other to the pipeline; it has no row, so no state is kept of it. */
export const DEMO_UPSTREAM: UpstreamKey = {
  id: 0,
  name: 'demo',
  provider: 'openai',
  baseUrl: DEMO_BASE_URL,
  encryptedKey: '',
  keyHint: '',
  weight: 1,
  models: DEMO_MODELS,
  deployments: null,
  apiVersion: null,
  state: {
    status: 'healthy',
    failureCount: 0,
    totalRequests: 0,
    totalErrors: 0,
    cooldownUntilMs: null,
    lastError: null,
  },
}

export function isDemoModel(model: string): model is DemoModel {
  return (DEMO_MODELS as readonly string[]).includes(model)
}

interface DemoBody {
  model: string
  messages?: unknown
  prompt?: unknown
  input?: unknown
  encoding_format?: unknown
}

/** What the demo says: the last user message, or the prompt, back. */
export function demoText(body: DemoBody): string {
  const asked = lastText(body.messages) ?? plainText(body.prompt) ?? plainText(body.input) ?? ''
  return `You said: ${asked}\n\nThis is the built-in demo model. Add an upstream key to talk to a real one.`
}

/** A token is about four characters; the demo's counts are only meant to look right. */
export function demoUsage(body: DemoBody, text: string) {
  const prompt_tokens = Math.max(
    1,
    Math.ceil(JSON.stringify(body.messages ?? body.prompt ?? body.input ?? '').length / 4),
  )
  const completion_tokens = demoPieces(text).length
  return { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens }
}

/** Pieces of the size that real models stream. */
export function demoPieces(text: string): string[] {
  return text.match(/\s*\S{1,6}|\s+/gu) ?? []
}

interface DemoReply {
  id: string
  /** Unix seconds. */
  created: number
}

export function demoCompletion(
  endpoint: string,
  body: DemoBody,
  { id, created }: DemoReply,
): object {
  const text = demoText(body)
  const usage = demoUsage(body, text)
  const { model } = body
  if (endpoint === 'embeddings') {
    const embedding = Array.from({ length: 8 }, (_, index) =>
      Math.fround(Math.sin(index + text.length)),
    )
    const { prompt_tokens } = usage
    return {
      object: 'list',
      model,
      data: [
        { object: 'embedding', index: 0, embedding: encoded(embedding, body.encoding_format) },
      ],
      usage: { prompt_tokens, total_tokens: prompt_tokens },
    }
  }
  return endpoint === 'completions'
    ? {
        id,
        object: 'text_completion',
        created,
        model,
        choices: [{ index: 0, text, logprobs: null, finish_reason: 'stop' }],
        usage,
      }
    : {
        id,
        object: 'chat.completion',
        created,
        model,
        choices: [
          {
            index: 0,
            message: { role: 'assistant', content: text, refusal: null },
            logprobs: null,
            finish_reason: 'stop',
          },
        ],
        usage,
      }
}

/** The data of each event, without `[DONE]`; the last one carries the usage, as OpenAI's does. */
export function demoChunks(endpoint: string, body: DemoBody, { id, created }: DemoReply): string[] {
  const text = demoText(body)
  const chat = endpoint !== 'completions'
  const object = chat ? 'chat.completion.chunk' : 'text_completion'
  const chunk = (choices: unknown[], usage: unknown = null) =>
    JSON.stringify({ id, object, created, model: body.model, choices, usage })
  const choice = (piece: string | null, finish: string | null) =>
    chat
      ? {
          index: 0,
          delta: piece === null ? {} : { content: piece },
          logprobs: null,
          finish_reason: finish,
        }
      : { index: 0, text: piece ?? '', logprobs: null, finish_reason: finish }
  const opening = chat
    ? [
        chunk([
          {
            index: 0,
            delta: { role: 'assistant', content: '' },
            logprobs: null,
            finish_reason: null,
          },
        ]),
      ]
    : []
  return [
    ...opening,
    ...demoPieces(text).map((piece) => chunk([choice(piece, null)])),
    chunk([choice(null, 'stop')]),
    chunk([], demoUsage(body, text)),
  ]
}

function lastText(messages: unknown): string | null {
  if (!Array.isArray(messages)) return null
  const last = messages.findLast((message) => message?.role === 'user') ?? messages.at(-1)
  return plainText(last?.content)
}

function plainText(content: unknown): string | null {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return null
  return content
    .map((part) =>
      typeof part === 'string' ? part : typeof part?.text === 'string' ? part.text : '',
    )
    .join('')
}

/** As base64 of 32-bit floats, little-endian, where asked for; OpenAI's own clients do by default. */
function encoded(embedding: readonly number[], format: unknown): readonly number[] | string {
  if (format !== 'base64') return embedding
  return btoa(String.fromCharCode(...new Uint8Array(new Float32Array(embedding).buffer)))
}
