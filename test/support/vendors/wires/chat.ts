/** The answer in the format of Chat Completions. */
import { args, CALLS, type Ending, sse, TEXT, THOUGHT, USAGE, units } from './answer.ts'

export function chat(ending: Ending): string {
  const chunk = (delta: object, finish_reason: string | null = null) => ({
    id: 'c',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'm',
    choices: [{ index: 0, delta, finish_reason }],
  })
  const calls = CALLS.flatMap(({ name }, index) => [
    chunk({
      tool_calls: [
        { index, id: `call_${index}`, type: 'function', function: { name, arguments: '' } },
      ],
    }),
    ...units(args[index] as string).map((piece) =>
      chunk({ tool_calls: [{ index, function: { arguments: piece } }] }),
    ),
  ])
  const said = [
    chunk({ role: 'assistant', content: '' }),
    ...units(THOUGHT).map((reasoning_content) => chunk({ reasoning_content })),
    ...units(TEXT).map((content) => chunk({ content })),
  ]
  if (ending === 'cut') return sse(said)
  if (ending === 'broken')
    return sse([...said, { error: { message: 'no', type: 'server_error', code: null } }])
  const reason = { call: 'tool_calls', length: 'length', filter: 'content_filter' }[ending]
  const usage = {
    prompt_tokens: USAGE.input,
    completion_tokens: USAGE.output,
    total_tokens: USAGE.input + USAGE.output,
    prompt_tokens_details: { cached_tokens: USAGE.cached },
    completion_tokens_details: { reasoning_tokens: USAGE.reasoning },
  }
  const tail = {
    id: 'c',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'm',
    choices: [],
    usage,
  }
  const events = [...said, ...(ending === 'call' ? calls : []), chunk({}, reason), tail]
  return `${sse(events)}data: [DONE]\n\n`
}
