/** Turns an answer back into what the client asked for: its own tools, and a schema's text for the tool that emulated it. */
import { unwrapped } from '../schemas/wrapped-output.ts'
import { type Emit, UnreadableReply } from '../translation/format.ts'
import type { NeutralResponse, StreamEvent } from './answer.ts'
import { failureOfEnd } from './failed-ends.ts'
import { parseJson } from './fields.ts'
import type { CallPart, Part } from './neutral.ts'
import { restoreCalls, restoredCall, type ToolOrigins } from './tool-names.ts'

export interface Restoration {
  origins: ToolOrigins
  outputTool: string | undefined
  /** The text is an object around what the client asked for. */
  unwraps: boolean
  /** The text is wanted without the quotes that JSON has. */
  bare?: boolean
}

type Unpack = (text: string) => string

/** Null: the text is what the client asked for. */
function unpacker({ unwraps, bare = false }: Restoration): Unpack | null {
  if (!bare) return unwraps ? unwrapped : null
  return (text) => bareText(unwraps ? unwrapped(text) : text)
}

function bareText(text: string): string {
  const value = parseJson(text)
  return typeof value === 'string' ? value : text
}

/** Throws UnreadableReply for an answer that failed. */
export function restoreResponse(
  response: NeutralResponse,
  restoration: Restoration,
): NeutralResponse {
  const { origins, outputTool } = restoration
  const unpack = unpacker(restoration)
  const failure = failureOfEnd(response.end.reason)
  if (failure !== undefined) throw new UnreadableReply(failure.message)
  const parts = response.parts.map((part): Part => {
    if (part.type === 'text') return unpack === null ? part : { ...part, text: unpack(part.text) }
    if (part.type !== 'call') return part
    if (part.name !== outputTool) return restoredCall(part, origins)
    return { type: 'text', text: unpack?.(part.args) ?? part.args }
  })
  const called = parts.some((part) => part.type === 'call')
  const emulated = response.end.reason === 'call' && !called
  return { ...response, parts, end: emulated ? { reason: 'stop', stopText: null } : response.end }
}

export function restoreEvents(restoration: Restoration, emitted: Emit): Emit {
  const { origins, outputTool } = restoration
  const unpack = unpacker(restoration)
  const emit = unpack === null ? emitted : unpacking(unpack, emitted)
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

/** A text comes at once when its JSON is complete. */
function unpacking(unpack: Unpack, emit: Emit): Emit {
  const held = new Map<number, string>()
  return (event) => {
    const text = 'index' in event ? held.get(event.index) : undefined
    if (event.type === 'open' && event.part.type === 'text') {
      held.set(event.index, event.part.text)
      emit({ ...event, part: { ...event.part, text: '' } })
    } else if (text === undefined) emit(event)
    else if (event.type === 'delta') held.set(event.index, text + event.text)
    else {
      if (event.type === 'close') emit({ type: 'delta', index: event.index, text: unpack(text) })
      emit(event)
    }
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
