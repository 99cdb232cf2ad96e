/** What several wires do alike when they can't carry something as it was meant. */
import { type GatewayError, invalidRequest } from '../../core/errors.ts'
import { wrappedOutput } from '../schemas/wrapped-output.ts'
import type { FieldNames } from './field-names.ts'
import type {
  DialectName,
  FunctionTool,
  JsonObject,
  Loss,
  MediaPart,
  NeutralRequest,
  Tool,
  ToolName,
  Turn,
  WireName,
} from './neutral.ts'
import { splitSystem } from './turns.ts'

/** The formats by the names that people know. */
export const WIRE_TITLES: Readonly<Record<WireName, string>> = {
  chat: 'OpenAI Chat Completions',
  responses: 'OpenAI Responses',
  messages: 'Anthropic Messages',
  gemini: 'Gemini generateContent',
  converse: 'Bedrock Converse',
}

/** The field that holds the conversation in each dialect. */
const TURNS_FIELD: Readonly<Record<DialectName, string>> = {
  chat: 'messages',
  responses: 'input',
  messages: 'messages',
  gemini: 'contents',
}

export function turnsField({ dialect }: NeutralRequest): string {
  return TURNS_FIELD[dialect]
}

/** A 400 for something without which the request would mean something else. */
export function cannotCarry(what: string, wire: WireName, field: string): GatewayError {
  return invalidRequest(
    `${what} can't be sent to this model, whose upstream speaks ${WIRE_TITLES[wire]}; leave it out or choose another model`,
    field,
  )
}

/** Fields that change nothing in an answer from another vendor: to leave them out is no loss. */
const WITHOUT_EFFECT: Readonly<Record<DialectName, ReadonlySet<string>>> = {
  // Modalities were refused, or are carried.
  chat: new Set([
    ...['store', 'metadata', 'stream_options', 'prompt_cache_retention', 'modalities'],
  ]),
  responses: new Set([
    ...['store', 'include', 'metadata', 'client_metadata', 'stream_options', 'background'],
    ...['prompt_cache_retention', 'prompt_cache_options'],
  ]),
  messages: new Set([]),
  gemini: new Set([
    'labels',
    'store',
    'generationConfig.responseModalities',
    'generationConfig.candidateCount',
  ]),
}

/** Values with which a field asks for nothing. */
const IDLE: JsonObject = { truncation: 'disabled', top_logprobs: 0 }

function isIdle(field: string, value: unknown): boolean {
  if (value === false || IDLE[field] === value) return true
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0
}

/** The dialect's own fields where the wire is the same format; elsewhere each is a loss. */
export function ownFields(request: NeutralRequest, wire: WireName, losses: Loss[]): JsonObject {
  if (request.dialect === wire) return request.own
  for (const field in request.own) {
    if (WITHOUT_EFFECT[request.dialect].has(field) || isIdle(field, request.own[field])) continue
    losses.push({ field, how: 'dropped', why: `${WIRE_TITLES[wire]} has no such field` })
  }
  return {}
}

/** These wires want a user to speak: instructions alone are said by the user. */
export function splitWithUser(
  request: NeutralRequest,
  losses: Loss[],
): ReturnType<typeof splitSystem> {
  const split = splitSystem(request.turns)
  if (split.rest.length > 0 || split.system.length === 0) return split
  losses.push({
    field: turnsField(request),
    how: 'emulated',
    why: 'a system message alone is sent as the user’s',
  })
  return { system: [], rest: [{ role: 'user', parts: split.system }] }
}

/** For wires that can't name allowed tools: only those are sent. */
export function onlyAllowed(request: NeutralRequest, losses: Loss[]): NeutralRequest {
  const { toolChoice } = request
  if (toolChoice.type !== 'allowed') return request
  losses.push({
    field: request.names.toolChoice,
    how: 'emulated',
    why: 'only the allowed tools are sent',
  })
  const names = new Set(toolChoice.tools.map(({ name }) => name))
  const fullNames = new Set(toolChoice.tools.map(fullName))
  const tools = request.tools.filter((tool) =>
    tool.type === 'vendor' ? names.has(tool.name) : fullNames.has(fullName(tool)),
  )
  return { ...request, tools, toolChoice: { type: toolChoice.required ? 'required' : 'auto' } }
}

function fullName({ name, namespace }: ToolName): string {
  return JSON.stringify([name, namespace])
}

/** Wires that refuse calls of undeclared tools in the history get them declared by name. */
export function withStubs(request: NeutralRequest, losses: Loss[]): readonly Tool[] {
  if (request.tools.length > 0) return request.tools
  const names = calledTools(request.turns)
  if (names.size > 0)
    losses.push({
      field: request.names.tools,
      how: 'emulated',
      why: 'tools of earlier calls are declared by name only',
    })
  return [...names].map(
    (name): FunctionTool => ({
      type: 'function',
      name,
      description: 'No longer available.',
      schema: { type: 'object', properties: {} },
    }),
  )
}

function calledTools(turns: readonly Turn[]): Set<string> {
  const names = new Set<string>()
  for (const { parts } of turns)
    for (const part of parts) if (part.type === 'call') names.add(part.name)
  return names
}

interface Lossy {
  names: FieldNames
  losses: Loss[]
}

/** Other vendors look at an image in one way. */
export function reportDetail({ detail = 'auto' }: MediaPart, { names, losses }: Lossy): void {
  if (detail !== 'auto')
    losses.push({ field: names.detail, how: 'dropped', why: 'the upstream has no such field' })
}

/** Vendors other than OpenAI have no word for it; *medium* is what a model does anyway. */
export function reportVerbosity({ verbosity, names }: NeutralRequest, losses: Loss[]): void {
  if (verbosity !== null && verbosity !== 'medium')
    losses.push({ field: names.verbosity, how: 'dropped', why: 'the model has no such setting' })
}

/** OpenAI takes only objects as output. In the same format the client knows that. */
export function objectOutput(
  request: NeutralRequest,
  wire: WireName,
  losses: Loss[],
): { request: NeutralRequest; unwraps: boolean } {
  const { output, dialect, names } = request
  const wrapped = output.type === 'schema' && dialect !== wire ? wrappedOutput(output) : null
  if (wrapped === null) return { request, unwraps: false }
  const why = 'the model is asked for an object around the value'
  losses.push({ field: names.output, how: 'emulated', why })
  return { request: { ...request, output: wrapped }, unwraps: true }
}

export function clamped(value: number, most: number, field: string, losses: Loss[]): number {
  if (value <= most) return value
  losses.push({ field, how: 'clamped', why: `the upstream takes at most ${most}` })
  return most
}
