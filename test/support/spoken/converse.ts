/** Bedrock's Converse, as tests speak it. No client does: it is an upstream's alone. */
import { plainFrame } from '../vendors/event-stream-frame.ts'
import { type Json, named, type SpokenUsage, type SpokenWire, textOf } from './format.ts'

const usageOf = ({ input, output }: SpokenUsage) => ({
  inputTokens: input,
  outputTokens: output,
  totalTokens: input + output,
})
const event = (type: string, payload: object) => named({ type, ...payload })

export const converse: SpokenWire = {
  name: 'converse',
  protocol: 'openai',
  endpoint: 'chat/completions',
  provider: 'bedrock',
  path: (model, stream) => `/model/${model}/converse${stream ? '-stream' : ''}`,
  question: () => ({ messages: [{ role: 'user', content: [{ text: 'Tell me' }] }] }),
  events: ({ pieces, usage }) => [
    event('messageStart', { role: 'assistant' }),
    ...pieces.map((text) => event('contentBlockDelta', { contentBlockIndex: 0, delta: { text } })),
    event('contentBlockStop', { contentBlockIndex: 0 }),
    event('messageStop', { stopReason: 'end_turn' }),
    event('metadata', { usage: usageOf(usage) }),
  ],
  head: 1,
  binary: {
    contentType: 'application/vnd.amazon.eventstream',
    encode(text) {
      const { type, ...payload } = JSON.parse(text.slice(text.indexOf('\ndata: ') + 7))
      return plainFrame(type, payload, type.endsWith('Exception') ? 'exception' : 'event')
    },
  },
  whole: ({ pieces, usage }) => ({
    output: { message: { role: 'assistant', content: [{ text: pieces.join('') }] } },
    stopReason: 'end_turn',
    usage: usageOf(usage),
  }),
  error: (_, message) => ({ message }),
  tooLong: 'Input is too long for requested model.',
  filtered: {
    status: 200,
    body: {
      output: { message: { role: 'assistant', content: [] } },
      stopReason: 'guardrail_intervened',
      usage: usageOf({ input: 2, output: 0 }),
    },
  },
  errorEvent: (message) => event('modelStreamErrorException', { message }),
  turns: ({ messages }) =>
    (messages as Json[]).map(({ role, content }) => ({
      role: role === 'assistant' ? 'model' : 'user',
      text: textOf(content),
    })),
  read() {
    throw new Error('no client speaks Converse')
  },
  readWhole: (body: Json) => textOf(body.output.message.content),
}
