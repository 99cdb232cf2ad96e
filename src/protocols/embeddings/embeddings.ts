/** Embeddings across the two formats that have them: OpenAI's and Gemini's. A vector is a list of numbers in both. */
import { invalidRequest } from '../../core/errors.ts'
import { isObject, listAt, objectAt, optionalCount, tokensOf } from '../neutral/fields.ts'
import type { JsonObject, Loss } from '../neutral/neutral.ts'
import type { Endpoint } from '../protocol.ts'

/** A text, or the tokens of one, which clients that cut long texts themselves send (LangChain does). */
export type EmbeddingInput = string | readonly number[]

/** An embeddings request, in any wire format. */
export interface EmbeddingRequest {
  inputs: readonly EmbeddingInput[]
  /** Null: as many as the model's vectors have. */
  dimensions: number | null
  /** Fields that the other format has no place for. */
  losses: readonly Loss[]
}

export interface EmbeddingTexts extends Pick<EmbeddingRequest, 'dimensions'> {
  texts: readonly string[]
}

export interface EmbeddingReply {
  vectors: readonly (readonly number[])[]
  /** Null: the upstream did not count. */
  promptTokens: number | null
}

export interface EmbeddingClient {
  read(body: JsonObject): EmbeddingRequest
  write(
    reply: EmbeddingReply,
    asked: { body: JsonObject; model: string; tokens: number },
  ): JsonObject
}

export interface EmbeddingUpstream {
  endpoint: Endpoint
  write(request: EmbeddingTexts, model: string): JsonObject
  /** Null: the reply holds no vectors. */
  read(body: JsonObject): EmbeddingReply | null
}

function lossesOf(body: JsonObject, known: readonly string[], title: string): Loss[] {
  const why = `${title} has no such field`
  return Object.keys(body)
    .filter((field) => !known.includes(field) && body[field] !== null)
    .map((field) => ({ field, how: 'dropped', why }))
}

function vectorsIn(list: unknown, vectorOf: (each: JsonObject) => unknown) {
  if (!Array.isArray(list)) return null
  const vectors = list.map((each) => (isObject(each) ? vectorOf(each) : null))
  return vectors.every((vector): vector is number[] => Array.isArray(vector)) ? vectors : null
}

/** https://platform.openai.com/docs/api-reference/embeddings */
export const openaiClient: EmbeddingClient = {
  read(body) {
    const { input } = body
    const inputs =
      Array.isArray(input) && !isTokens(input) ? input.map(readInput) : [readInput(input)]
    if (inputs.length === 0) throw invalidRequest("'input' is empty; send a text", 'input')
    const known = ['model', 'input', 'dimensions', 'encoding_format', 'user']
    const dimensions = optionalCount(body.dimensions, 'dimensions') ?? null
    const losses = lossesOf(body, known, 'Gemini')
    if (inputs.some((each) => typeof each !== 'string'))
      losses.push({ field: 'input', how: 'emulated', why: 'the tokens are sent as their text' })
    return { inputs, dimensions, losses }
  },
  write({ vectors, promptTokens }, { body, model, tokens }) {
    const base64 = body.encoding_format === 'base64'
    const counted = promptTokens ?? tokens
    return {
      object: 'list',
      data: vectors.map((vector, index) => ({
        object: 'embedding',
        index,
        embedding: base64 ? base64Of(vector) : vector,
      })),
      model,
      usage: { prompt_tokens: counted, total_tokens: counted },
    }
  },
}

function readInput(input: unknown): EmbeddingInput {
  if (typeof input === 'string' || isTokens(input)) return input
  throw invalidRequest(
    "'input' must be a text, a list of texts, or the token numbers of texts",
    'input',
  )
}

function isTokens(input: unknown): input is number[] {
  return Array.isArray(input) && input.length > 0 && input.every(Number.isInteger)
}

/** 32-bit floats, little-endian; OpenAI's clients request these by default. */
function base64Of(vector: readonly number[]): string {
  const bytes = Buffer.alloc(vector.length * 4)
  for (const [at, value] of vector.entries()) bytes.writeFloatLE(value, at * 4)
  return bytes.toString('base64')
}

export const openaiUpstream: EmbeddingUpstream = {
  endpoint: 'embeddings',
  write: ({ texts, dimensions }, model) => ({
    model,
    input: texts,
    encoding_format: 'float',
    ...(dimensions !== null && { dimensions }),
  }),
  read({ data, usage }) {
    const vectors = vectorsIn(data, ({ embedding }) => embedding)
    if (vectors === null) return null
    return { vectors, promptTokens: isObject(usage) ? tokensOf(usage.prompt_tokens) : null }
  },
}

/** https://ai.google.dev/api/embeddings */
export const geminiClient: EmbeddingClient = {
  read(body) {
    const requests = Array.isArray(body.requests)
      ? body.requests.map((each, at) => objectAt(each, `requests[${at}]`))
      : [body]
    const counts = requests.map((each) => dimensionsOf(each) ?? null)
    if (new Set(counts).size > 1)
      throw invalidRequest("the requests ask for different 'outputDimensionality'", 'requests')
    const known = ['model', 'content', 'outputDimensionality', 'output_dimensionality']
    return {
      inputs: requests.map(textOf),
      dimensions: counts[0] ?? null,
      losses: requests.flatMap((each) => lossesOf(each, known, 'OpenAI')),
    }
  },
  write({ vectors }, { body }) {
    const embeddings = vectors.map((values) => ({ values }))
    return Array.isArray(body.requests) ? { embeddings } : { embedding: embeddings[0] ?? {} }
  },
}

function dimensionsOf({ outputDimensionality, output_dimensionality: snake }: JsonObject) {
  return optionalCount(outputDimensionality ?? snake, 'outputDimensionality')
}

function textOf(request: JsonObject): string {
  const { parts } = objectAt(request.content, 'content')
  const texts = listAt(parts, 'content.parts').map((part) => {
    if (isObject(part) && typeof part.text === 'string') return part.text
    throw invalidRequest("'content.parts' must hold texts for this model", 'content.parts')
  })
  return texts.join('\n')
}

export const geminiUpstream: EmbeddingUpstream = {
  endpoint: 'batchEmbedContents',
  write: ({ texts, dimensions }, model) => ({
    requests: texts.map((text) => ({
      model: `models/${model}`,
      content: { parts: [{ text }] },
      ...(dimensions !== null && { outputDimensionality: dimensions }),
    })),
  }),
  read({ embeddings, usageMetadata: usage }) {
    const vectors = vectorsIn(embeddings, ({ values }) => values)
    if (vectors === null) return null
    const counted = isObject(usage) ? tokensOf(usage.promptTokenCount) : 0
    return { vectors, promptTokens: counted > 0 ? counted : null }
  },
}
