/** What a request used where its upstream reported nothing: counted here, and marked estimated. */

import type { TokenUsage } from '../core/token-usage.ts'
import { NO_USAGE } from '../core/token-usage.ts'
import { type Found, findPrompt } from '../protocols/openai/prompt.ts'
import type { Ask } from '../protocols/openai/request.ts'
import { estimatePrompt, estimateText } from '../usage/estimate.ts'
import type { Tokenizer } from '../usage/tokenizer.ts'
import type { Trace } from './context.ts'
import type { Gateway } from './services.ts'

/** Never rejects, for without it nothing of the request would be settled. */
export async function countUsage(gateway: Gateway, ask: Ask, trace: Trace): Promise<TokenUsage> {
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

async function countPrompt(tokenizer: Tokenizer, { model, body }: Ask): Promise<number> {
  const found: Texts = { tokens: 0, texts: [] }
  findPrompt(body, found, (text, { texts }) => void texts.push(text))
  return found.tokens + (await tokenizer.count(model, found.texts.join('\n')))
}

function estimated(promptTokens: number, completionTokens: number): TokenUsage {
  const totalTokens = promptTokens + completionTokens
  return { ...NO_USAGE, promptTokens, completionTokens, totalTokens, estimated: true }
}
