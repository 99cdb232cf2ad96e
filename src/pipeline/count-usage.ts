/** What a request used where its upstream reported nothing: counted here, and marked estimated. */
import type { Ask } from '../core/ask.ts'
import { type Found, findPrompt } from '../core/prompt-parts.ts'
import { estimatePrompt, estimateText } from '../core/token-estimate.ts'
import { NO_USAGE } from '../core/usage.ts'
import type { TokenUsage } from '../core/usage-record.ts'
import type { Tokenizer } from '../ports/tokenizer.ts'
import type { Gateway } from './gateway.ts'
import type { Trace } from './trace.ts'

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
