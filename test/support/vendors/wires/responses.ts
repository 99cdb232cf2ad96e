/** The answer in the format of the Responses API. */
import { args, CALLS, type Ending, sse, TEXT, THOUGHT, USAGE, units } from './answer.ts'

const reasoning = {
  type: 'reasoning',
  id: 'rs_1',
  summary: [{ type: 'summary_text', text: THOUGHT }],
  encrypted_content: 'sealed',
}
const part = { type: 'output_text', text: TEXT, annotations: [] }
const message = {
  type: 'message',
  id: 'msg_1',
  role: 'assistant',
  status: 'completed',
  content: [part],
}
const calls = CALLS.map(({ name }, at) => ({
  type: 'function_call',
  id: `fc_${at}`,
  call_id: `call_${at}`,
  name,
  arguments: args[at],
  status: 'completed',
}))

const response = (more: object) => ({
  id: 'resp_1',
  object: 'response',
  created_at: 1,
  model: 'm',
  ...more,
})
const said = [
  { type: 'response.created', response: response({ status: 'in_progress', output: [] }) },
  { type: 'response.output_item.added', output_index: 0, item: { ...reasoning, summary: [] } },
  ...units(THOUGHT).map((delta) => ({
    type: 'response.reasoning_summary_text.delta',
    output_index: 0,
    summary_index: 0,
    item_id: 'rs_1',
    delta,
  })),
  { type: 'response.output_item.done', output_index: 0, item: reasoning },
  { type: 'response.output_item.added', output_index: 1, item: { ...message, content: [] } },
  {
    type: 'response.content_part.added',
    output_index: 1,
    content_index: 0,
    item_id: 'msg_1',
    part: { ...part, text: '' },
  },
  ...units(TEXT).map((delta) => ({
    type: 'response.output_text.delta',
    output_index: 1,
    content_index: 0,
    item_id: 'msg_1',
    delta,
  })),
]

export function responses(ending: Ending): string {
  if (ending === 'cut') return sse(said, true)
  if (ending === 'broken') {
    const error = { code: 'server_error', message: 'no' }
    return sse(
      [...said, { type: 'response.failed', response: response({ status: 'failed', error }) }],
      true,
    )
  }
  const called = calls.flatMap((item, at) => [
    { type: 'response.output_item.added', output_index: 2 + at, item: { ...item, arguments: '' } },
    ...units(item.arguments as string).map((delta) => ({
      type: 'response.function_call_arguments.delta',
      output_index: 2 + at,
      item_id: item.id,
      delta,
    })),
    { type: 'response.output_item.done', output_index: 2 + at, item },
  ])
  const usage = {
    input_tokens: USAGE.input,
    input_tokens_details: { cached_tokens: USAGE.cached },
    output_tokens: USAGE.output,
    output_tokens_details: { reasoning_tokens: USAGE.reasoning },
    total_tokens: USAGE.input + USAGE.output,
  }
  const output = [reasoning, message, ...(ending === 'call' ? calls : [])]
  const reason = ending === 'length' ? 'max_output_tokens' : 'content_filter'
  const end =
    ending === 'call'
      ? { type: 'response.completed', response: response({ status: 'completed', output, usage }) }
      : {
          type: 'response.incomplete',
          response: response({
            status: 'incomplete',
            incomplete_details: { reason },
            output,
            usage,
          }),
        }
  const done = { type: 'response.output_item.done', output_index: 1, item: message }
  return sse([...said, done, ...(ending === 'call' ? called : []), end], true)
}
