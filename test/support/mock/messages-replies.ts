/** Ready-made scripts of an upstream that speaks Anthropic's Messages. */
import { type Block, eventText, message } from '../message-events.ts'
import { httpChunk, jsonReply, LAST_HTTP_CHUNK, sseHead } from './mock-replies.ts'
import type { Step } from './mock-upstream.ts'

export function messageReply(content: readonly Block[], stop_reason?: string): Step[] {
  return jsonReply(200, message(content, stop_reason))
}

/** A chunked stream, each event in a chunk of its own. */
export function messageStream(events: readonly object[]): Step[] {
  const chunks = events.map((event) => ({ write: httpChunk(eventText(event)) }))
  return [{ write: sseHead() }, ...chunks, { write: LAST_HTTP_CHUNK }]
}
