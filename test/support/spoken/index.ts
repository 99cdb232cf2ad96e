/** The four formats that clients speak; upstreams speak them too, and one that is theirs alone. */
import { chat } from './chat.ts'
import { converse } from './converse.ts'
import type { SpokenFormat, SpokenWire } from './format.ts'
import { gemini } from './gemini.ts'
import { messages } from './messages.ts'
import { responses } from './responses.ts'

export const SPOKEN: readonly SpokenFormat[] = [chat, responses, messages, gemini]
export const WIRES: readonly SpokenWire[] = [...SPOKEN, converse]

/** The format of a request to an upstream, by its path: an OpenAI upstream speaks two. */
export function spokenAt(url: string): SpokenFormat {
  // First: its path has the model's name, whatever that is.
  if (url.includes('enerateContent')) return gemini
  if (url.includes('/chat/completions')) return chat
  if (url.includes('/responses')) return responses
  if (url.includes('/messages')) return messages
  throw new Error(`no format is spoken at ${url}`)
}

export const wireAt = (url: string): SpokenWire =>
  url.includes('/converse') ? converse : spokenAt(url)
