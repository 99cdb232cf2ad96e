/** OpenAI's Responses, as tests speak it. */
import {
  constant,
  emptyRead,
  type Json,
  named,
  parsedEvents,
  type ReadStream,
  type SpokenAnswer,
  type SpokenFormat,
  textOf,
} from './format.ts'

const item = (text: string, id: string) => ({
  type: 'message',
  id: `msg_${id}`,
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'output_text', text, annotations: [] }],
})

function response({ id, pieces, usage }: SpokenAnswer, status: 'in_progress' | 'completed') {
  const whole = status === 'completed'
  return {
    id,
    object: 'response',
    created_at: 1,
    status,
    model: 'm',
    output: whole ? [item(pieces.join(''), id)] : [],
    usage: whole
      ? {
          input_tokens: usage.input,
          output_tokens: usage.output,
          total_tokens: usage.input + usage.output,
        }
      : null,
  }
}

export const responses: SpokenFormat = {
  name: 'responses',
  protocol: 'responses',
  endpoint: 'responses',
  provider: 'openai',
  path: () => '/v1/responses',
  question: (model, stream) => ({ model, stream, input: 'Tell me', store: false }),
  events(answer) {
    const text = answer.pieces.join('')
    const item_id = `msg_${answer.id}`
    const at = { item_id, output_index: 0, content_index: 0 }
    const part = { type: 'output_text', text, annotations: [] }
    const added = { ...item('', answer.id), status: 'in_progress', content: [] }
    const ofItem = { output_index: 0 }
    return [
      { type: 'response.created', response: response(answer, 'in_progress') },
      { type: 'response.in_progress', response: response(answer, 'in_progress') },
      { type: 'response.output_item.added', ...ofItem, item: added },
      { type: 'response.content_part.added', ...at, part: { ...part, text: '' } },
      ...answer.pieces.map((delta) => ({ type: 'response.output_text.delta', ...at, delta })),
      { type: 'response.output_text.done', ...at, text },
      { type: 'response.content_part.done', ...at, part },
      { type: 'response.output_item.done', ...ofItem, item: item(text, answer.id) },
      { type: 'response.completed', response: response(answer, 'completed') },
    ].map((event, at) => named(Object.assign(event, { sequence_number: at })))
  },
  head: 4,
  whole: (answer) => response(answer, 'completed'),
  error: (_, message, code) => ({ error: { message, type: 'server_error', code, param: null } }),
  tooLong: 'Your input exceeds the context window of this model.',
  filtered: {
    status: 400,
    body: { error: { message: 'filtered', type: 'invalid_request_error', code: 'invalid_prompt' } },
  },
  errorEvent: (message) => {
    const error = { code: 'server_error', message }
    return named({ type: 'response.failed', response: { status: 'failed', error } } as {
      type: string
    })
  },
  turns: ({ input }) =>
    typeof input === 'string'
      ? [{ role: 'user', text: input }]
      : (input as Json[]).map(({ role, content }) => ({
          role: role === 'assistant' ? 'model' : 'user',
          text: textOf(content),
        })),
  read(stream) {
    const read = emptyRead()
    const id = constant(read, 'id')
    const itemId = constant(read, 'item')
    let next = 0
    for (const event of parsedEvents(stream)) {
      if (event.sequence_number !== next++) read.flaws.push(`number ${event.sequence_number}`)
      if (event.response !== undefined) id(event.response.id)
      if (event.item_id !== undefined) itemId(event.item_id)
      take(read, event)
    }
    return read
  },
  readWhole: (body: Json) => body.output.map(({ content }: Json) => textOf(content)).join(''),
}

function take(read: ReadStream, { type, delta, response: said, text }: Json): void {
  if (type === 'response.output_text.delta') read.text += delta
  else if (type === 'response.output_text.done' && text !== read.text)
    read.flaws.push('the whole text is another one')
  else if (type === 'response.failed') read.errors.push(said.error.message)
  else if (type === 'response.completed' || type === 'response.incomplete') {
    read.reasons.push(said.status)
    if (responses.readWhole(said) !== read.text) read.flaws.push('the output is another one')
    if (said.usage)
      read.usage = { input: said.usage.input_tokens, output: said.usage.output_tokens }
  }
}
