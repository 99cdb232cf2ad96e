/** One answer for all formats that upstreams speak: a thought, a text, two calls, and usage of every kind. */

export const TEXT = 'Grüezi 👩‍🚀, I look.'
export const THOUGHT = 'Let me think 🤔.'
export const CALLS = [
  { name: 'look', args: { at: 'cät "1" 😺' } },
  { name: 'look', args: { at: '\\n\n2' } },
] as const
/** Inclusive: input holds what the cache gave, output the thoughts. */
export const USAGE = { input: 110, cached: 80, output: 25, reasoning: 15 }

export type Wire = 'chat' | 'responses' | 'messages' | 'gemini' | 'converse'
export type Ending = 'call' | 'length' | 'filter' | 'broken' | 'cut'

/** In UTF-16 units, so that surrogate pairs are cut too. */
export const units = (text: string) => text.split('')
export const args = CALLS.map((call) => JSON.stringify(call.args))

export const sse = (events: readonly object[], named = false) =>
  events
    .map((event) => {
      const name = named ? `event: ${(event as { type: string }).type}\n` : ''
      return `${name}data: ${JSON.stringify(event)}\n\n`
    })
    .join('')
