/**
 * Custom tools and namespaces exist at OpenAI's Responses only. Other wires get plain functions: a namespace
 * becomes part of the name, a custom tool a function with one text. Calls in the answer are turned back.
 */

import type { StreamEvent } from './answer.ts'
import { digest } from './call-ids.ts'
import { isObject, parseJson } from './fields.ts'
import type { CallPart, CustomTool, FunctionTool, NeutralRequest, Part, Tool } from './neutral.ts'

const MAX_NAME = 64

/** What a wire's function name stands for. */
export interface ToolOrigin {
  name: string
  namespace?: string
  freeform: boolean
}

/** By the name at the wire. Only the names that differ, and those of custom tools. */
export type ToolOrigins = ReadonlyMap<string, ToolOrigin>

/** The request with plain functions only, and what their names stand for. */
export function flattenTools(request: NeutralRequest): {
  request: NeutralRequest
  origins: ToolOrigins
} {
  const origins = new Map<string, ToolOrigin>()
  const tools = request.tools.map((tool) => flattened(tool, origins))
  const turns = request.turns.map((turn) => ({ ...turn, parts: turn.parts.map(flattenedPart) }))
  const { toolChoice } = request
  const choice =
    toolChoice.type === 'tool'
      ? { type: 'tool' as const, name: flatName(toolChoice.name, toolChoice.namespace) }
      : toolChoice
  return { request: { ...request, tools, turns, toolChoice: choice }, origins }
}

function flattened(tool: Tool, origins: Map<string, ToolOrigin>): Tool {
  if (tool.type === 'vendor') return tool
  const name = flatName(tool.name, tool.namespace)
  const freeform = tool.type === 'custom'
  if (freeform || name !== tool.name) {
    origins.set(name, {
      name: tool.name,
      freeform,
      ...(tool.namespace !== undefined && { namespace: tool.namespace }),
    })
  }
  return tool.type === 'custom' ? asFunction(tool, name) : withName(tool, name)
}

function withName({ namespace: _, ...tool }: FunctionTool, name: string): FunctionTool {
  return { ...tool, name }
}

function asFunction({ description, grammar }: CustomTool, name: string): FunctionTool {
  const about = [description ?? '']
  if (grammar !== undefined)
    about.push(`The input must match this ${grammar.syntax} grammar:\n${grammar.definition}`)
  return {
    type: 'function',
    name,
    description: about.filter((text) => text !== '').join('\n\n'),
    schema: {
      type: 'object',
      properties: { input: { type: 'string', description: 'The raw text of the input.' } },
      required: ['input'],
      additionalProperties: false,
    },
  }
}

function flattenedPart(part: Part): Part {
  if (part.type === 'result') {
    const { freeform: _, ...result } = part
    return result
  }
  if (part.type !== 'call') return part
  const { namespace, freeform, ...call } = part
  const args = freeform ? JSON.stringify({ input: part.args }) : part.args
  return { ...call, name: flatName(part.name, namespace), args }
}

/** `ns__name`; a digest keeps the tail of one that is too long unique. */
export function flatName(name: string, namespace: string | undefined): string {
  const whole = namespace === undefined ? name : `${namespace}__${name}`
  if (whole.length <= MAX_NAME) return whole
  return `${whole.slice(0, MAX_NAME - 9)}_${digest(whole).slice(0, 8)}`
}

/** The call as the client knows its tool. */
export function restoredCall(call: CallPart, origins: ToolOrigins): CallPart {
  const origin = origins.get(call.name)
  if (origin === undefined) return call
  const { namespace, name, freeform } = origin
  const restored: CallPart = { ...call, name, ...(namespace !== undefined && { namespace }) }
  return freeform ? { ...restored, freeform, args: inputOf(call.args) } : restored
}

/** The text of a custom tool's call. A model may forget the wrapping: then what it wrote is the text. */
function inputOf(args: string): string {
  const value = parseJson(args)
  return isObject(value) && typeof value.input === 'string' ? value.input : args
}

/** Restores the calls of a stream. A custom tool's text comes at once when its JSON is complete. */
export function restoreCalls(
  origins: ToolOrigins,
  emit: (event: StreamEvent) => void,
): (event: StreamEvent) => void {
  if (origins.size === 0) return emit
  const held = new Map<number, CallPart>()
  return (event) => {
    if (event.type === 'open' && event.part.type === 'call') {
      const origin = origins.get(event.part.name)
      if (origin?.freeform) {
        held.set(event.index, event.part)
        emit({ ...event, part: restoredCall({ ...event.part, args: '' }, origins) })
      } else emit({ ...event, part: restoredCall(event.part, origins) })
      return
    }
    const call =
      event.type === 'delta' || event.type === 'close' ? held.get(event.index) : undefined
    if (call === undefined) return emit(event)
    if (event.type === 'delta') held.set(event.index, { ...call, args: call.args + event.text })
    else if (event.type === 'close') {
      held.delete(event.index)
      emit({ type: 'delta', index: event.index, text: inputOf(call.args) })
      emit(event)
    }
  }
}
