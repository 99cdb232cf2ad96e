/** Why an answer ended, in the words of Chat Completions. */
import type { ChatCompletion } from 'openai-7/resources/chat/completions.js'
import { own } from '../../error-kind.ts'
import type { End, EndReason } from '../../neutral/answer.ts'

type FinishReason = ChatCompletion.Choice['finish_reason']

/** OpenAI's. */
const REASONS: Readonly<Record<FinishReason, EndReason>> = {
  stop: 'stop',
  length: 'length',
  tool_calls: 'call',
  function_call: 'call',
  content_filter: 'filter',
}

/** Those of compatible upstreams, in lower case; some hand on the words of the vendor behind them. */
const OTHER_REASONS: Readonly<Record<string, EndReason>> = {
  max_tokens: 'length',
  // Mistral
  model_length: 'length',
  // Zhipu
  model_context_window_exceeded: 'length',
  sensitive: 'filter',
  network_error: 'broken',
  tool_use: 'call',
  refusal: 'filter',
  safety: 'filter',
  recitation: 'filter',
  // OpenRouter, Mistral, Cohere
  error: 'broken',
  // DeepSeek
  insufficient_system_resource: 'broken',
  // vLLM, SGLang: the server ended the request.
  abort: 'broken',
  aborted: 'broken',
  cancelled: 'broken',
}

/** An unknown reason is a plain stop. A call makes it *call*, unless the answer was cut, filtered or given up. */
export function readFinish(reason: unknown, called: boolean): End {
  const word = typeof reason === 'string' ? reason.toLowerCase() : null
  const read = own(REASONS, word) ?? own(OTHER_REASONS, word) ?? 'stop'
  const isWhole = read === 'stop' || read === 'call'
  if (!isWhole) return { reason: read, stopText: null }
  return { reason: called ? 'call' : 'stop', stopText: null }
}

export function writeFinish({ reason }: End): FinishReason {
  switch (reason) {
    case 'length':
    case 'pause':
      return 'length'
    case 'call':
      return 'tool_calls'
    case 'filter':
      return 'content_filter'
    default:
      return 'stop'
  }
}
