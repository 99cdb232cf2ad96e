/** Why an answer ended, in Bedrock's words. */
import type { StopReason } from '@aws-sdk/client-bedrock-runtime'
import type { EndReason } from '../neutral/answer.ts'

const REASONS: Readonly<Record<StopReason, EndReason>> = {
  end_turn: 'stop',
  stop_sequence: 'stop_text',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_use: 'call',
  content_filtered: 'filter',
  guardrail_intervened: 'filter',
  malformed_model_output: 'bad_call',
  malformed_tool_use: 'bad_call',
}

/** A call makes it *call*, unless it was cut by length or filtered. */
export function readStopReason(value: unknown, hasCall: boolean): EndReason {
  const reason = REASONS[value as StopReason] ?? 'stop'
  const other = reason === 'length' || reason === 'filter'
  return hasCall && !other ? 'call' : reason
}
