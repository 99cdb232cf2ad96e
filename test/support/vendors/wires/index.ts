/** One answer in the five formats that upstreams speak. */
import { FRAMES } from '../model-hosts.ts'
import type { Ending, Wire } from './answer.ts'
import { chat } from './chat.ts'
import { converse } from './converse.ts'
import { gemini } from './gemini.ts'
import { messages } from './messages.ts'
import { responses } from './responses.ts'

const STREAMS = { chat, responses, messages, gemini }

export function wireAnswer(wire: Wire, ending: Ending): Response {
  if (wire === 'converse') return new Response(converse(ending), { headers: FRAMES })
  return new Response(STREAMS[wire](ending), { headers: { 'content-type': 'text/event-stream' } })
}

/** The format of a request by its path. */
export function wireAt(path: string): Wire {
  if (path.endsWith('/chat/completions')) return 'chat'
  if (path.endsWith('/responses')) return 'responses'
  if (path.endsWith('/messages')) return 'messages'
  return path.includes('enerateContent') ? 'gemini' : 'converse'
}
