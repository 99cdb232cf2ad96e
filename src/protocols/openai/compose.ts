/** Writes whole replies and streams of OpenAI's form, for answers that are made here. */
import type { Endpoint } from '../protocol.ts'

export interface Answer {
  id: string
  /** Unix seconds. */
  created: number
  model: string
  /** Its text, in the pieces in which a model would stream it. */
  pieces: readonly string[]
  promptTokens: number
  completionTokens: number
}

export function composeCompletion(endpoint: Endpoint, answer: Answer): object {
  const { id, created, model } = answer
  const text = answer.pieces.join('')
  const end = { logprobs: null, finish_reason: 'stop' }
  const usage = usageOf(answer)
  if (endpoint === 'completions') {
    const choices = [{ index: 0, text, ...end }]
    return { id, object: 'text_completion', created, model, choices, usage }
  }
  const message = { role: 'assistant', content: text, refusal: null }
  const choices = [{ index: 0, message, ...end }]
  return { id, object: 'chat.completion', created, model, choices, usage }
}

/** The data of each event without `[DONE]`; the last one has the usage, as OpenAI's does. */
export function composeChunks(endpoint: Endpoint, answer: Answer): string[] {
  const { id, created, model, pieces } = answer
  const isChat = endpoint !== 'completions'
  const object = isChat ? 'chat.completion.chunk' : 'text_completion'
  const chunk = (choices: object[], usage: object | null = null) =>
    JSON.stringify({ id, object, created, model, choices, usage })
  const choice = (content: object, finish: string | null = null) => [
    { index: 0, ...content, logprobs: null, finish_reason: finish },
  ]
  const piece = (text: string) => (isChat ? { delta: { content: text } } : { text })
  const opening = isChat ? [chunk(choice({ delta: { role: 'assistant', content: '' } }))] : []
  return [
    ...opening,
    ...pieces.map((text) => chunk(choice(piece(text)))),
    chunk(choice(isChat ? { delta: {} } : { text: '' }, 'stop')),
    chunk([], usageOf(answer)),
  ]
}

/** OpenAI's own clients ask for base64 by default. */
export function composeEmbedding(
  vector: readonly number[],
  encoding: unknown,
  { model, promptTokens }: Answer,
): object {
  const embedding = encoding === 'base64' ? base64Of(vector) : vector
  const data = [{ object: 'embedding', index: 0, embedding }]
  const usage = { prompt_tokens: promptTokens, total_tokens: promptTokens }
  return { object: 'list', model, data, usage }
}

/** 32-bit floats, little-endian. */
function base64Of(vector: readonly number[]): string {
  return btoa(String.fromCharCode(...new Uint8Array(new Float32Array(vector).buffer)))
}

function usageOf({ promptTokens, completionTokens }: Answer): object {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
  }
}

export interface Asked {
  model: string
  stream: boolean
  /** The last user message, the prompt, or the text to embed. */
  text: string
  /** Characters of all of it, as JSON. */
  size: number
  encodingFormat: unknown
}

/** What a request that was written for an upstream asks for. */
export function readAsked(body: string): Asked {
  const fields = JSON.parse(body)
  const { model, stream, messages, prompt, input, encoding_format: encodingFormat } = fields
  return {
    model,
    stream: stream === true,
    text: lastText(messages) ?? plainText(prompt) ?? plainText(input) ?? '',
    size: JSON.stringify(messages ?? prompt ?? input ?? '').length,
    encodingFormat,
  }
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
