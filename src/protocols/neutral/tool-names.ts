/**
 * Custom tools and namespaces exist at OpenAI's Responses only. Other wires get plain functions: a namespace
 * becomes part of the name, a custom tool a function with one text. A name that a wire does not take is replaced by
 * one that it takes. Calls in the answer are turned back.
 */

import type { WireFormat } from '../translation/format.ts'
import type { StreamEvent } from './answer.ts'
import { digest } from './call-ids.ts'
import { isObject, parseJson } from './fields.ts'
import type {
  CallPart,
  CustomTool,
  FunctionTool,
  NeutralRequest,
  Part,
  Tool,
  ToolChoice,
  ToolName,
} from './neutral.ts'

/** What all vendors take as a function's name, or almost all. */
const NAME = /^[\w-]{1,64}$/
const MAX_NAME = 64
const DIGEST = 8

/** The tool behind a wire's function name. */
export interface ToolOrigin {
  name: string
  namespace?: string
  freeform: boolean
}

/** By the name at the wire. Only the names that differ, and those of custom tools. */
export type ToolOrigins = ReadonlyMap<string, ToolOrigin>

type WireNames = Pick<WireFormat, 'toolNames' | 'customTools'>

/** The request with tools as the wire takes them, and what their names there stand for. */
export function fitTools(
  request: NeutralRequest,
  wire: WireNames,
): { request: NeutralRequest; origins: ToolOrigins } {
  const forWire = wire.customTools ? fittedTool : flattened
  const origins = new Map<string, ToolOrigin>()
  const tools = request.tools.map((tool) => {
    const fitted = forWire(tool, wire)
    if (tool.type !== 'vendor' && fitted !== tool) addOrigin(tool, fitted.name, wire, origins)
    return fitted
  })
  const turns = request.turns.map((turn) => ({
    ...turn,
    parts: turn.parts.map((part) => fittedPart(part, wire)),
  }))
  const toolChoice = fittedChoice(request, wire)
  return { request: { ...request, tools, turns, toolChoice }, origins }
}

function addOrigin(
  { type, name, namespace }: FunctionTool | CustomTool,
  wireName: string,
  { customTools }: WireNames,
  origins: Map<string, ToolOrigin>,
): void {
  const freeform = type === 'custom' && !customTools
  if (!freeform && wireName === name) return
  const known = !customTools && namespace !== undefined ? { namespace } : {}
  origins.set(wireName, { name, freeform, ...known })
}

/** A wire with custom tools and namespaces gets them as they are, under names that it takes. */
function fittedTool(tool: Tool, wire: WireNames): Tool {
  if (tool.type === 'vendor' || NAME.test(tool.name)) return tool
  return { ...tool, name: fittedName(tool.name, wire) }
}

function flattened(tool: Tool, wire: WireNames): Tool {
  if (tool.type === 'vendor') return tool
  const name = wireName(tool, wire)
  return tool.type === 'custom' ? asFunction(tool, name) : withName(tool, name)
}

function fittedChoice({ toolChoice, tools }: NeutralRequest, wire: WireNames): ToolChoice {
  const vendors = new Set(tools.filter(({ type }) => type === 'vendor').map(({ name }) => name))
  const fitted = (named: ToolName): ToolName => {
    if (vendors.has(named.name)) return named
    const { namespace } = named
    const name = wireName(named, wire)
    return wire.customTools && namespace !== undefined ? { name, namespace } : { name }
  }
  if (toolChoice.type === 'tool') return { type: 'tool', ...fitted(toolChoice) }
  return toolChoice.type === 'allowed'
    ? { ...toolChoice, tools: toolChoice.tools.map(fitted) }
    : toolChoice
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
    ...described(about.filter((text) => text !== '').join('\n\n')),
    schema: {
      type: 'object',
      properties: { input: { type: 'string', description: 'The raw text of the input.' } },
      required: ['input'],
      additionalProperties: false,
    },
  }
}

/** Bedrock refuses an empty one. */
function described(description: string): { description?: string } {
  return description === '' ? {} : { description }
}

function fittedPart(part: Part, wire: WireNames): Part {
  if (wire.customTools)
    return part.type === 'call' ? { ...part, name: fittedName(part.name, wire) } : part
  if (part.type === 'result') {
    const { freeform: _, ...result } = part
    return result
  }
  if (part.type !== 'call') return part
  const { namespace: _, freeform, ...call } = part
  const args = freeform ? JSON.stringify({ input: part.args }) : part.args
  return { ...call, name: wireName(part, wire), args }
}

/** `ns__name` where the wire has no namespaces. */
function wireName({ name, namespace }: ToolName, wire: WireNames): string {
  const whole = namespace === undefined || wire.customTools ? name : `${namespace}__${name}`
  return fittedName(whole, wire)
}

/** The name, if the wire takes it; else what it takes of it, with a digest that keeps it unique. */
function fittedName(name: string, wire: WireNames): string {
  const { toolNames = NAME } = wire
  if (toolNames.test(name)) return name
  const plain = name.replace(/[^\w-]/g, '_').replace(/^(?![A-Za-z_])/, '_')
  return `${plain.slice(0, MAX_NAME - DIGEST - 1)}_${digest(name).slice(0, DIGEST)}`
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
