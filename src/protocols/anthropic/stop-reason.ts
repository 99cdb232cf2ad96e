/** Why an answer ended, in the words of Messages. */
import type { BetaStopReason } from '@anthropic-ai/sdk/resources/beta/messages.js'
import type { StopReason } from '@anthropic-ai/sdk/resources/messages.js'
import { own } from '../error-kind.ts'
import type { End, EndReason } from '../neutral/answer.ts'

const REASONS: Readonly<Record<BetaStopReason, EndReason>> = {
  end_turn: 'stop',
  stop_sequence: 'stop_text',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_use: 'call',
  pause_turn: 'pause',
  // It stopped once its context was compacted.
  compaction: 'pause',
  refusal: 'filter',
}

/** An unknown reason is a plain stop. A call makes it *call*, unless it was cut by length. */
export function readEnd(reason: unknown, stopText: unknown, called: boolean): End {
  const read = own(REASONS, typeof reason === 'string' ? reason : null) ?? 'stop'
  const stopped = called && (read === 'stop' || read === 'stop_text') ? 'call' : read
  return { reason: stopped, stopText: typeof stopText === 'string' ? stopText : null }
}

export function writeStopReason({ reason }: End): StopReason {
  switch (reason) {
    case 'stop_text':
      return 'stop_sequence'
    case 'length':
      return 'max_tokens'
    case 'call':
      return 'tool_use'
    case 'filter':
      return 'refusal'
    case 'pause':
      return 'pause_turn'
    default:
      return 'end_turn'
  }
}
