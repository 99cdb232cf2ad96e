/** Anthropic's Messages, as tests speak it. */
import {
  constant,
  emptyRead,
  type Json,
  named,
  parsedEvents,
  type ReadStream,
  type SpokenFormat,
  textOf,
} from './format.ts'

const head = (id: string) => ({ id, type: 'message', role: 'assistant', model: 'm' })

export const messages: SpokenFormat = {
  name: 'messages',
  protocol: 'anthropic',
  endpoint: 'messages',
  provider: 'anthropic',
  path: () => '/v1/messages',
  question: (model, stream) => ({
    model,
    stream,
    max_tokens: 4096,
    messages: [{ role: 'user', content: 'Tell me' }],
  }),
  events({ id, pieces, usage }) {
    const started = { input_tokens: usage.input, output_tokens: 1 }
    return [
      { type: 'message_start', message: { ...head(id), content: [], usage: started } },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      ...pieces.map((text) => ({
        type: 'content_block_delta',
        index: 0,
        delta: { type: 'text_delta', text },
      })),
      { type: 'content_block_stop', index: 0 },
      {
        type: 'message_delta',
        delta: { stop_reason: 'end_turn', stop_sequence: null },
        usage: { output_tokens: usage.output },
      },
      { type: 'message_stop' },
    ].map(named)
  },
  head: 2,
  whole: ({ id, pieces, usage }) => ({
    ...head(id),
    content: [{ type: 'text', text: pieces.join('') }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: usage.input, output_tokens: usage.output },
  }),
  error: (status, message) => ({
    type: 'error',
    error: { type: status === 400 ? 'invalid_request_error' : 'api_error', message },
  }),
  tooLong: 'prompt is too long: 300000 tokens > 200000 maximum',
  filtered: {
    status: 400,
    body: {
      type: 'error',
      error: {
        type: 'invalid_request_error',
        message: 'Output blocked by content filtering policy',
      },
    },
  },
  errorEvent: (message) => {
    const error = { type: 'overloaded_error', message }
    return named({ type: 'error', error } as { type: string })
  },
  turns: ({ messages: turns }) =>
    (turns as Json[]).map(({ role, content }) => ({
      role: role === 'assistant' ? 'model' : 'user',
      text: textOf(content),
    })),
  read(stream) {
    const read = emptyRead()
    const id = constant(read, 'id')
    const blocks = new Blocks(read)
    for (const event of parsedEvents(stream)) {
      switch (event.type) {
        case 'message_start':
          if (read.usage !== null) read.flaws.push('a second start')
          id(event.message.id)
          read.usage = { input: event.message.usage.input_tokens, output: 0 }
          break
        case 'message_delta':
          read.reasons.push(event.delta.stop_reason)
          read.usage = {
            input: event.usage.input_tokens ?? read.usage?.input ?? 0,
            output: event.usage.output_tokens,
          }
          break
        case 'error':
          read.errors.push(event.error.message)
          break
        default:
          blocks.take(event)
      }
    }
    if (read.reasons.length > 0 && blocks.open !== null) read.flaws.push('an open block at the end')
    return read
  },
  readWhole: (body: Json) => body.content.map(({ text }: Json) => text).join(''),
}

/** Blocks are numbered without gaps, one open at a time. */
class Blocks {
  open: number | null = null
  private last = -1
  private readonly read: ReadStream

  constructor(read: ReadStream) {
    this.read = read
  }

  take(event: Json): void {
    const { flaws } = this.read
    if (event.type === 'content_block_start') {
      if (this.open !== null || event.index !== this.last + 1) flaws.push(`block ${event.index}`)
      this.open = this.last = event.index
    } else if (event.type === 'content_block_delta') {
      if (event.index !== this.open) flaws.push(`a delta of block ${event.index}`)
      this.read.text += event.delta.text ?? ''
    } else if (event.type === 'content_block_stop') {
      if (event.index !== this.open) flaws.push(`the end of block ${event.index}`)
      this.open = null
    }
  }
}
