/** Turns an answer back into what the client asked for: its own tools, and a schema's text for the tool that emulated it. */
import { type Emit, UnreadableReply } from '../translation/format.ts'
import type { NeutralResponse, StreamEvent } from './answer.ts'
import { failureOfEnd } from './failed-ends.ts'
import type { CallPart, Part } from './neutral.ts'
import { restoreCalls, restoredCall, type ToolOrigins } from './tool-names.ts'

export interface Restoration {
  origins: ToolOrigins
  outputTool: string | undefined
}

/** Throws UnreadableReply for an answer that failed. */
export function restoreResponse(
  response: NeutralResponse,
  { origins, outputTool }: Restoration,
): NeutralResponse {
  const failure = failureOfEnd(response.end.reason)
  if (failure !== undefined) throw new UnreadableReply(failure.message)
  const parts = response.parts.map((part): Part => {
    if (part.type !== 'call') return part
    return part.name === outputTool
      ? { type: 'text', text: part.args }
      : restoredCall(part, origins)
  })
  const called = parts.some((part) => part.type === 'call')
  const emulated = response.end.reason === 'call' && !called
  return { ...response, parts, end: emulated ? { reason: 'stop', stopText: null } : response.end }
}

export function restoreEvents({ origins, outputTool }: Restoration, emit: Emit): Emit {
  const calls = restoreCalls(origins, emit)
  let called = false
  return (event) => {
    if (event.type === 'delta') calls(event)
    else if (event.type === 'open' && event.part.type === 'call') {
      if (event.part.name === outputTool) emit(asText(event.index, event.part))
      else {
        called = true
        calls(event)
      }
    } else if (event.type === 'end') calls(restoredEnd(event, called))
    else calls(event)
  }
}

function asText(index: number, { args }: CallPart): StreamEvent {
  return { type: 'open', index, part: { type: 'text', text: args } }
}

function restoredEnd(event: Extract<StreamEvent, { type: 'end' }>, called: boolean): StreamEvent {
  const error = failureOfEnd(event.reason)
  if (error !== undefined) return { type: 'fail', error }
  return event.reason === 'call' && !called ? { ...event, reason: 'stop' } : event
}
