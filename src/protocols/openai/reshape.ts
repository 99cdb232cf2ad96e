/**
 * A whole reply as a stream, and a stream as a whole reply, for upstreams that answer in the other form
 * than they were asked for.
 */
import { parseLeniently } from '../lenient-json.ts'
import type { ModelRequest } from '../protocol.ts'
import { eventsOf } from '../sse.ts'
import { addChunk, type Collected, openCollected, wholeReply } from './collect.ts'

type Fields = Readonly<Record<string, unknown>>

/** Null if it is no completion, or one that is nested too deeply to be written again. */
export function streamOfReply(request: ModelRequest, text: string): string | null {
  try {
    return eventsOfReply(request, text)
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}

function eventsOfReply({ endpoint }: ModelRequest, text: string): string | null {
  const reply = parsed(text)
  if (reply === null || !Array.isArray(reply.choices)) return null
  const { choices, usage, object: _, ...shared } = reply
  const isChat = endpoint === 'chat/completions'
  const object = isChat ? 'chat.completion.chunk' : 'text_completion'
  const event = (value: Fields) => `data: ${JSON.stringify({ ...shared, object, ...value })}\n\n`
  const events = choices.flatMap((choice: Fields) => {
    if (!isChat) return [event({ choices: [choice] })]
    const { message, finish_reason: reason, ...rest } = choice
    return [
      event({ choices: [{ ...rest, delta: deltaOf(message), finish_reason: null }] }),
      event({
        choices: [{ index: choice.index ?? 0, delta: {}, finish_reason: reason ?? 'stop' }],
      }),
    ]
  })
  if (usage !== undefined && usage !== null) events.push(event({ choices: [], usage }))
  return `${events.join('')}data: [DONE]\n\n`
}

/** In a stream each call says which one it is. */
function deltaOf(message: unknown): Fields {
  const fields = (typeof message === 'object' && message !== null ? message : {}) as Fields
  const { tool_calls: calls } = fields
  if (!Array.isArray(calls)) return fields
  return { ...fields, tool_calls: calls.map((call: Fields, index) => ({ index, ...call })) }
}

/** Null if it ends before every choice has its finish reason, or is no completion. */
export function replyOfStream({ endpoint }: ModelRequest, text: string): string | null {
  const collected: Collected = openCollected()
  for (const { data } of eventsOf(text)) {
    const chunk = data === null || data.trim() === '[DONE]' ? null : parsed(data)
    if (chunk !== null) addChunk(collected, chunk)
    else if (data?.trim() === '[DONE]') collected.done = true
  }
  return wholeReply(collected, endpoint)
}

function parsed(text: string): Fields | null {
  try {
    const value = parseLeniently(text)
    return typeof value === 'object' && value !== null ? (value as Fields) : null
  } catch {
    return null
  }
}
