/** Makes a request independent of the vendor that its client speaks like, or refuses what can't be. */
import { GatewayError } from '../../core/errors.ts'
import { cannotCarry, turnsField } from './carry.ts'
import type {
  DialectName,
  JsonObject,
  Loss,
  MediaPart,
  NeutralRequest,
  Part,
  Turn,
  WireName,
} from './neutral.ts'
import { carriesPictures } from './pictures/modalities.ts'
import { present } from './present.ts'

/** Whether a field's value asks for something that no other wire can give. */
type Asks = (value: unknown) => boolean

const always: Asks = () => true
const isTrue: Asks = (value) => value === true
const isAskedFor: Asks = (value) => value === true || typeof value === 'number'
const asksForLogprobs: Asks = (value) =>
  Array.isArray(value) && value.includes('message.output_text.logprobs')
const beyond =
  (least: number): Asks =>
  (value) =>
    typeof value === 'number' && value > least
const otherThanText: Asks = (value) =>
  Array.isArray(value) && value.some((mode) => String(mode).toLowerCase() !== 'text')

/** Fields of each dialect without which the answer would be another one. Others are dropped and reported. */
const REFUSED: Readonly<Record<DialectName, Readonly<Record<string, Asks>>>> = {
  chat: {
    n: beyond(1),
    best_of: beyond(1),
    logprobs: isAskedFor,
    top_logprobs: beyond(0),
    prompt_logprobs: isAskedFor,
    audio: always,
    modalities: otherThanText,
    functions: always,
    function_call: always,
    web_search_options: always,
  },
  responses: {
    previous_response_id: always,
    conversation: always,
    background: isTrue,
    prompt: always,
    top_logprobs: beyond(0),
    include: asksForLogprobs,
  },
  messages: { container: always, mcp_servers: (value) => Array.isArray(value) && value.length > 0 },
  gemini: {
    cachedContent: always,
    'generationConfig.candidateCount': beyond(1),
    'generationConfig.responseLogprobs': isTrue,
    'generationConfig.responseModalities': otherThanText,
    'generationConfig.speechConfig': always,
  },
}

export function refuseUnportable(request: NeutralRequest, wire: WireName): void {
  if (request.dialect === wire) return
  const refused = REFUSED[request.dialect]
  for (const field in request.own) {
    if (!refused[field]?.(request.own[field]) || carriesPictures(request, field, wire)) continue
    throw refusal(field, wire)
  }
}

/** Clients of OpenAI know the code, and send the whole conversation instead. */
function refusal(field: string, wire: WireName): GatewayError {
  const [what, clientCode] = STATE[field] ?? []
  if (what === undefined) return cannotCarry(`'${field}'`, wire, field)
  const message = `gateway: '${field}' can't be used with this model, whose upstream keeps no ${what}. Send all items of the conversation as 'input' instead, or ask the operator to set RESPONSES_STORE=true and use 'previous_response_id'.`
  return new GatewayError('invalid_request', message, { param: field, ...present({ clientCode }) })
}

const STATE: Readonly<Record<string, readonly [what: string, clientCode?: string]>> = {
  previous_response_id: ['responses', 'previous_response_not_found'],
  conversation: ['conversations'],
}

/** Claude Code's first system block, which differs with each request and would spoil any prefix cache. */
const BILLING_HEADER = 'x-anthropic-billing-header:'

/** Turns without what only another wire understands. */
export function portableTurns(
  request: NeutralRequest,
  wire: WireName,
  losses: Loss[],
): readonly Turn[] {
  const field = turnsField(request)
  let dropped = 0
  const turns = request.turns.map((turn) => {
    const parts = plainParts(turn.parts, wire, () =>
      losses.push({ field, how: 'emulated', why: 'parts of its own kind are sent as text' }),
    ).filter((part) => {
      if (wire !== 'messages' && isBillingHeader(part, turn)) return false
      if (part.type !== 'vendor' || part.wire === wire) return true
      // What the user gave is content; a server tool's record is the model's own.
      if (turn.role !== 'model')
        throw cannotCarry(`a part of type '${typeOf(part.raw)}'`, wire, field)
      dropped++
      return false
    })
    return { ...turn, parts }
  })
  if (!TAKES_SOURCES.has(wire) && request.dialect !== wire && turns.some(hasSources))
    losses.push({ field, how: 'dropped', why: 'sources of earlier answers' })
  if (dropped > 0)
    losses.push({ field, how: 'dropped', why: `${dropped} records of another vendor's own tools` })
  return turns
}

const TAKES_SOURCES: ReadonlySet<WireName> = new Set(['responses'])

function hasSources({ role, parts }: Turn): boolean {
  return role === 'model' && parts.some((part) => part.type === 'text' && part.citations?.length)
}

function isBillingHeader(part: Part, turn: Turn): boolean {
  return turn.role === 'system' && part.type === 'text' && part.text.startsWith(BILLING_HEADER)
}

/** With another vendor's parts in plain ones, where that can be: in results too. */
function plainParts(parts: readonly Part[], wire: WireName, emulated: () => void): Part[] {
  return parts.flatMap((part): readonly Part[] => {
    if (part.type === 'result') return [{ ...part, parts: plainParts(part.parts, wire, emulated) }]
    if (part.type === 'media') return withContext(part, wire, emulated)
    if (part.type !== 'vendor' || part.wire === wire || part.plain === undefined) return [part]
    if (part.plain.some(({ type }) => type !== 'media')) emulated()
    return part.plain
  })
}

/** What a client says of a document is a text before it, except for Claude. */
function withContext(part: MediaPart, wire: WireName, emulated: () => void): Part[] {
  const context = part.own?.context
  if (wire === 'messages' || typeof context !== 'string' || context === '') return [part]
  emulated()
  return [{ type: 'text', text: context }, part]
}

function typeOf({ type }: JsonObject): string {
  return typeof type === 'string' ? type : 'unknown'
}
