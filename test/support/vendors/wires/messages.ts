/** The answer in the format of Messages. */
import { args, CALLS, type Ending, sse, TEXT, THOUGHT, USAGE, units } from './answer.ts'

export const messageStart = (usage: object) => ({
  type: 'message_start',
  message: {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'm',
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage,
  },
})

export function messages(ending: Ending): string {
  const block = (index: number, content_block: object, deltas: readonly object[]) => [
    { type: 'content_block_start', index, content_block },
    ...deltas.map((delta) => ({ type: 'content_block_delta', index, delta })),
    { type: 'content_block_stop', index },
  ]
  const start = messageStart({
    input_tokens: USAGE.input - USAGE.cached,
    cache_read_input_tokens: USAGE.cached,
    cache_creation_input_tokens: 0,
    output_tokens: 1,
  })
  const said = [
    start,
    { type: 'ping' },
    ...block(0, { type: 'thinking', thinking: '', signature: '' }, [
      ...units(THOUGHT).map((thinking) => ({ type: 'thinking_delta', thinking })),
      { type: 'signature_delta', signature: 'c2ln' },
    ]),
    ...block(
      1,
      { type: 'text', text: '' },
      units(TEXT).map((text) => ({ type: 'text_delta', text })),
    ),
  ]
  if (ending === 'cut') return sse(said.slice(0, -1), true)
  if (ending === 'broken') {
    const error = { type: 'overloaded_error', message: 'no' }
    return sse([...said, { type: 'error', error }], true)
  }
  const called = CALLS.flatMap(({ name }, at) =>
    block(2 + at, { type: 'tool_use', id: `toolu_${at}`, name, input: {} }, [
      { type: 'input_json_delta', partial_json: '' },
      ...units(args[at] as string).map((partial_json) => ({
        type: 'input_json_delta',
        partial_json,
      })),
    ]),
  )
  const stop_reason = { call: 'tool_use', length: 'max_tokens', filter: 'refusal' }[ending]
  const end = {
    type: 'message_delta',
    delta: { stop_reason, stop_sequence: null },
    usage: {
      output_tokens: USAGE.output,
      output_tokens_details: { thinking_tokens: USAGE.reasoning },
    },
  }
  return sse([...said, ...(ending === 'call' ? called : []), end, { type: 'message_stop' }], true)
}
