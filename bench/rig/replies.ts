/** What the measured upstreams answer, and what is asked. */

export const CHAT_REQUEST = JSON.stringify({
  model: 'gpt-4o',
  messages: [
    { role: 'system', content: 'You are a helpful assistant.' },
    { role: 'user', content: 'Say hello to the world, and be quick about it please.' },
  ],
  temperature: 0.7,
})

export const CHAT_REPLY = JSON.stringify({
  id: 'chatcmpl-bench',
  object: 'chat.completion',
  created: 1_700_000_000,
  model: 'gpt-4o-2024-08-06',
  choices: [
    {
      index: 0,
      message: {
        role: 'assistant',
        content: 'Hello there, how may I assist you today? I am a mock.',
      },
      finish_reason: 'stop',
    },
  ],
  usage: { prompt_tokens: 29, completion_tokens: 14, total_tokens: 43 },
})

/** The model's name tells the gateway which upstream is meant. */
export const CHAT_MODEL = 'gpt-4o'
export const STREAM_MODEL = 'gpt-4o-mini'

/** Its events come several in one write. */
export const BURST_MODEL = 'gpt-4.1-mini'

export const STREAM_REQUEST = streamRequest(STREAM_MODEL)

export function streamRequest(model: string): string {
  const messages = [{ role: 'user', content: 'Count.' }]
  return JSON.stringify({ model, messages, stream: true })
}
