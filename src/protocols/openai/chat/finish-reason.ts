/** Why an answer ended, in the words of Chat Completions. */
import type { ChatCompletion } from 'openai-7/resources/chat/completions.js'
import type { End, EndReason } from '../../neutral/answer.ts'

type FinishReason = ChatCompletion.Choice['finish_reason']

/** OpenAI's, then those of compatible upstreams. */
const REASONS: Readonly<Record<FinishReason | 'model_length' | 'eos' | 'sensitive', EndReason>> = {
  stop: 'stop',
  length: 'length',
  tool_calls: 'call',
  function_call: 'call',
  content_filter: 'filter',
  model_length: 'length',
  eos: 'stop',
  sensitive: 'filter',
}

/** An unknown reason is a plain stop. A call makes it *call*, unless it was cut by length. */
export function readFinish(reason: unknown, called: boolean): End {
  const read = REASONS[reason as FinishReason] ?? 'stop'
  if (called)
    return { reason: read === 'length' || read === 'filter' ? read : 'call', stopText: null }
  return { reason: read === 'call' ? 'stop' : read, stopText: null }
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
