/** What a request used where its upstream reported nothing: counted here, and marked estimated. */

import type { TokenUsage } from '../core/token-usage.ts'
import { NO_USAGE } from '../core/token-usage.ts'
import { type Found, findPrompt } from '../protocols/openai/prompt.ts'
import type { ModelRequest } from '../protocols/openai/request.ts'
import { estimatePrompt, estimateText } from '../usage/estimate.ts'
import type { Tokenizer } from '../usage/tokenizer.ts'
import type { RequestContext } from './context.ts'
import type { Services } from './services.ts'

/** Never rejects, for without it nothing of the request would be settled. */
export async function countUsage(
  gateway: Services,
  ask: ModelRequest,
  trace: RequestContext,
): Promise<TokenUsage> {
  const answered = trace.firstTokenMs !== null
  if (!answered || ask.endpoint === 'models') return NO_USAGE
  // What an upstream that embeds sends back is no text.
  const generated = ask.endpoint === 'embeddings' ? '' : trace.generatedText
  try {
    const promptTokens = await countPrompt(gateway.tokenizer, ask)
    return estimated(promptTokens, await gateway.tokenizer.count(ask.model, generated))
  } catch (error) {
    // Only its name: the message may quote the prompt.
    const why = error instanceof Error ? error.name : typeof error
    gateway.logger.error({ requestId: trace.requestId, why }, 'tokens could not be counted')
    return estimated(estimatePrompt(ask), estimateText(generated))
  }
}

interface Texts extends Found {
  texts: string[]
}

async function countPrompt(tokenizer: Tokenizer, { model, body }: ModelRequest): Promise<number> {
  const found: Texts = { tokens: 0, texts: [] }
  findPrompt(body, found, (text, { texts }) => void texts.push(text))
  return found.tokens + (await tokenizer.count(model, found.texts.join('\n')))
}

function estimated(promptTokens: number, completionTokens: number): TokenUsage {
  const totalTokens = promptTokens + completionTokens
  return { ...NO_USAGE, promptTokens, completionTokens, totalTokens, estimated: true }
}
