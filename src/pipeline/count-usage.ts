/** What a request used if its upstream reported nothing, or only a part: counted here, and marked estimated. */
import { NO_USAGE, type TokenUsage } from '../core/token-usage.ts'
import { PROTOCOLS } from '../protocols/index.ts'
import type { Endpoint, Found, ModelRequest } from '../protocols/protocol.ts'
import { estimatePrompt, estimateText } from '../usage/estimate.ts'
import type { Tokenizer } from '../usage/tokenizer.ts'
import type { RelayResult } from './relay/result.ts'
import type { Services } from './services.ts'

/**
 * Never rejects, for without it nothing of the request would be settled. A stream that ended before its final usage
 * keeps what was reported: the upstream charges for what it has generated, which is at least what was received.
 */
export async function countUsage(
  { tokenizer, logger }: Pick<Services, 'tokenizer' | 'logger'>,
  { tries, text, firstTokenMs, usage }: Counted,
): Promise<TokenUsage> {
  const { request, context } = tries
  if (firstTokenMs === null || request.text === null) return NO_USAGE
  const reported = usage ?? NO_USAGE
  // The reply to an embedding request contains no text.
  const generated = EMBEDDINGS.has(request.endpoint) ? '' : text
  try {
    const promptTokens = reported.promptTokens || (await countPrompt(tokenizer, request))
    return estimated(reported, promptTokens, await tokenizer.count(request.model, generated))
  } catch (error) {
    // Only its name: the message may quote the prompt.
    const why = error instanceof Error ? error.name : typeof error
    logger.error({ requestId: context.requestId, why }, 'tokens could not be counted')
    const promptTokens = reported.promptTokens || estimatePrompt(request)
    return estimated(reported, promptTokens, estimateText(generated))
  }
}

/** What the model wrote of a whole reply; its frame, and data such as the odds of each token, cost nothing. */
export function generatedIn(request: ModelRequest, reply: string): string {
  const { openStream, streamOfReply } = PROTOCOLS[request.protocol]
  const events = streamOfReply(request, reply)
  if (events === null) return reply
  const reader = openStream(request, { hideUsage: false, secretForms: [] })
  reader.accept(new TextEncoder().encode(events))
  return reader.text
}

const EMBEDDINGS: ReadonlySet<Endpoint> = new Set<Endpoint>([
  'embeddings',
  'embedContent',
  'batchEmbedContents',
])

type Counted = Pick<RelayResult, 'tries' | 'text' | 'firstTokenMs' | 'usage'>

interface Texts extends Found {
  texts: string[]
}

/** What a request holds for its model. */
export async function countPrompt(tokenizer: Tokenizer, request: ModelRequest): Promise<number> {
  const found: Texts = { tokens: 0, texts: [] }
  const add = (text: string, { texts }: Texts) => void texts.push(text)
  PROTOCOLS[request.protocol].findPrompt(request, found, add)
  return found.tokens + (await tokenizer.count(request.model, found.texts.join('\n')))
}

function estimated(reported: TokenUsage, promptTokens: number, counted: number): TokenUsage {
  const completionTokens = Math.max(reported.completionTokens, counted)
  const totalTokens = promptTokens + completionTokens
  return { ...reported, promptTokens, completionTokens, totalTokens, estimated: true }
}
