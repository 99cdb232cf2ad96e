/** Translates between a client and an upstream that have embeddings in different formats. */
import { invalidRequest } from '../../core/errors.ts'
import { NO_USAGE } from '../../core/token-usage.ts'
import { isObject, parseJson } from '../neutral/fields.ts'
import type { Loss } from '../neutral/neutral.ts'
import type {
  Endpoint,
  ModelRequest,
  ProtocolName,
  ReadReply,
  ReportedError,
  StreamReader,
  UpstreamProtocol,
  WriteOptions,
} from '../protocol.ts'
import {
  type EmbeddingClient,
  type EmbeddingInput,
  type EmbeddingRequest,
  type EmbeddingUpstream,
  geminiClient,
  geminiUpstream,
  openaiClient,
  openaiUpstream,
} from './embeddings.ts'

const CLIENTS: Partial<Record<Endpoint, EmbeddingClient>> = {
  embeddings: openaiClient,
  embedContent: geminiClient,
  batchEmbedContents: geminiClient,
}

/** An upstream that speaks only Responses in conversations has OpenAI's embeddings. */
const UPSTREAMS: Partial<Record<ProtocolName, EmbeddingUpstream>> = {
  openai: openaiUpstream,
  responses: openaiUpstream,
  gemini: geminiUpstream,
}

export class TranslatedEmbedding implements UpstreamProtocol {
  readonly losses: readonly Loss[]
  readonly endpoint: Endpoint
  private readonly request: ModelRequest
  private readonly client: EmbeddingClient
  private readonly format: EmbeddingUpstream
  private readonly asked: EmbeddingRequest
  private readonly options: EmbeddingOptions
  private texts: readonly string[] = []

  constructor(
    request: ModelRequest,
    formats: { client: EmbeddingClient; format: EmbeddingUpstream },
    options: EmbeddingOptions,
  ) {
    this.request = request
    this.client = formats.client
    this.format = formats.format
    this.options = options
    this.asked = this.client.read(request.body)
    this.losses = this.asked.losses
    this.endpoint = this.format.endpoint
  }

  /** Before anything is written. A promise only if tokens have to be decoded. */
  prepare(): Promise<void> | undefined {
    const { inputs } = this.asked
    if (!inputs.every((input) => typeof input === 'string')) return this.decode(inputs)
    this.texts = inputs
  }

  private async decode(inputs: readonly EmbeddingInput[]): Promise<void> {
    this.texts = await Promise.all(inputs.map((input) => textOf(input, this.options)))
  }

  writeRequest(_request: ModelRequest, { model }: Pick<WriteOptions, 'model'>): string {
    const { texts, asked } = this
    return JSON.stringify(this.format.write({ texts, dimensions: asked.dimensions }, model))
  }

  readReply(text: string): ReadReply {
    const value = parseJson(text)
    if (value === undefined) return { kind: 'unreadable' }
    const error = this.readError(value)
    if (error !== null) return { kind: 'error', error }
    const reply = isObject(value) ? this.format.read(value) : null
    if (reply === null || reply.vectors.length !== this.texts.length)
      return { kind: 'error', error: NO_VECTORS }
    const { body, model } = this.request
    const written = this.client.write(reply, { body, model, tokens: this.options.estimatedInput })
    const promptTokens = reply.promptTokens
    const usage =
      promptTokens === null ? null : { ...NO_USAGE, promptTokens, totalTokens: promptTokens }
    return { kind: 'answer', usage, body: JSON.stringify(written), isOther: true }
  }

  readError(value: unknown): ReportedError | null {
    return this.options.upstream.readError(value)
  }

  openStream(): StreamReader {
    throw new Error('embeddings are never streamed')
  }

  streamOfReply(): null {
    return null
  }

  replyOfStream(): null {
    return null
  }

  readModelList(): null {
    return null
  }
}

const NO_VECTORS: ReportedError = {
  message: 'its answer does not hold a vector for each text',
  type: 'server_error',
  code: null,
  param: null,
  own: {},
}

interface EmbeddingOptions {
  upstream: UpstreamProtocol
  estimatedInput: number
  /** Null if a number is no token. */
  decode(tokens: readonly number[]): Promise<string | null>
}

async function textOf(input: EmbeddingInput, { decode }: EmbeddingOptions): Promise<string> {
  const text = typeof input === 'string' ? input : await decode(input)
  if (text !== null) return text
  throw invalidRequest(
    "'input' holds numbers that are no tokens of cl100k_base, the encoding of OpenAI's embedding models; send texts",
    'input',
  )
}

/** Null: the request is for something else, or the upstream's format has no embeddings. */
export function embeddingOf(
  request: ModelRequest,
  name: ProtocolName,
  options: EmbeddingOptions,
): TranslatedEmbedding | null {
  const client = CLIENTS[request.endpoint]
  const format = UPSTREAMS[name]
  if (client === undefined || format === undefined) return null
  return new TranslatedEmbedding(request, { client, format }, options)
}
