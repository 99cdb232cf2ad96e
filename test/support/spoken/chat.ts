/** Chat Completions, as tests speak it. */
import {
  constant,
  data,
  emptyRead,
  type Json,
  parsedEvents,
  type SpokenFormat,
  type SpokenUsage,
  textOf,
} from './format.ts'

const usageOf = ({ input, output }: SpokenUsage) => ({
  prompt_tokens: input,
  completion_tokens: output,
  total_tokens: input + output,
})

export const chat: SpokenFormat = {
  name: 'chat',
  protocol: 'openai',
  endpoint: 'chat/completions',
  provider: 'compatible',
  path: () => '/v1/chat/completions',
  question: (model, stream) => ({
    model,
    stream,
    messages: [{ role: 'user', content: 'Tell me' }],
    ...(stream && { stream_options: { include_usage: true } }),
  }),
  events({ id, pieces, usage }) {
    const chunk = (choices: object[], more: object = {}) =>
      data({ id, object: 'chat.completion.chunk', created: 1, model: 'm', choices, ...more })
    const delta = (value: object, finish_reason: string | null = null) =>
      chunk([{ index: 0, delta: value, finish_reason }])
    return [
      delta({ role: 'assistant', content: '' }),
      ...pieces.map((content) => delta({ content })),
      delta({}, 'stop'),
      chunk([], { usage: usageOf(usage) }),
      'data: [DONE]\n\n',
    ]
  },
  head: 1,
  whole: ({ id, pieces, usage }) => ({
    id,
    object: 'chat.completion',
    created: 1,
    model: 'm',
    choices: [
      { index: 0, message: { role: 'assistant', content: pieces.join('') }, finish_reason: 'stop' },
    ],
    usage: usageOf(usage),
  }),
  error: (_, message, code) => ({ error: { message, type: 'server_error', code, param: null } }),
  tooLong: "This model's maximum context length is 200000 tokens.",
  filtered: {
    status: 400,
    body: { error: { message: 'filtered', type: 'invalid_request_error', code: 'content_filter' } },
  },
  errorEvent: (message) => data({ error: { message, type: 'server_error', code: 'overloaded' } }),
  turns: ({ messages }) =>
    (messages as Json[]).map(({ role, content }) => ({
      role: role === 'assistant' ? 'model' : 'user',
      text: textOf(content),
    })),
  read(stream) {
    const read = emptyRead()
    const id = constant(read, 'id')
    const model = constant(read, 'model')
    let roles = 0
    for (const event of parsedEvents(stream)) {
      if (event.error !== undefined) {
        read.errors.push(event.error.message)
        continue
      }
      id(event.id)
      model(event.model)
      if (event.usage)
        read.usage = { input: event.usage.prompt_tokens, output: event.usage.completion_tokens }
      const [choice] = event.choices
      if (choice === undefined) continue
      if (choice.delta.role !== undefined) roles++
      read.text += choice.delta.content ?? ''
      if (choice.finish_reason !== null) read.reasons.push(choice.finish_reason)
    }
    if (roles > 1) read.flaws.push('a second role')
    return read
  },
  readWhole: (body: Json) => body.choices[0].message.content,
}
