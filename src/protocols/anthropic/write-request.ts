/** Writes a Messages request: what Claude takes, and nothing that it refuses. */
import { digest } from '../neutral/call-ids.ts'
import {
  cannotCarry,
  clamped,
  onlyAllowed,
  ownFields,
  reportVerbosity,
  splitWithUser,
  turnsField,
} from '../neutral/carry.ts'
import { isObject } from '../neutral/fields.ts'
import type { JsonObject, Loss, NeutralRequest, Part, Turn } from '../neutral/neutral.ts'
import { present } from '../neutral/present.ts'
import { arrangeTurns, holdsNoText, joinTurns, systemAsUser, textOf } from '../neutral/turns.ts'
import type { BlockContext, WireTarget, WrittenRequest } from '../translation/format.ts'
import { writeBlocks } from './write-blocks.ts'
import { writeOutput } from './write-output.ts'
import { writeSampling } from './write-sampling.ts'
import { writeThinking } from './write-thinking.ts'
import { writeTools } from './write-tools.ts'

/** For models that nothing is known of: required, and small enough for all. */
const MAX_TOKENS_UNKNOWN = 8_192
/** The longest `metadata.user_id`. */
const MAX_USER_ID = 256

export function writeRequest(asked: NeutralRequest, target: WireTarget): WrittenRequest {
  const losses: Loss[] = []
  const allowed = onlyAllowed(asked, losses)
  const { request, format, outputTool, unwraps } = writeOutput(allowed, target.facts, losses)
  const field = turnsField(request)
  const { system, rest } = splitWithUser(request, losses)
  const turns = conversation(rest, target, field)
  const context: BlockContext = { target, field, names: request.names, losses }
  const messages = turns
    .map((turn) => writeTurn(turn, context))
    .filter((message) => message !== null)
  const thinking = writeThinking(request, turns, target, losses)
  const own = ownFields(request, 'messages', losses)
  const body: JsonObject = {
    ...own,
    model: target.model,
    ...writeSystem(system, context),
    messages,
    max_tokens: maxTokens(request, thinking.maxOutput, target, losses),
    ...thinking.fields,
    ...outputConfig(own.output_config, thinking.effort, format),
    ...writeTools(request, losses),
    ...writeSampling(request, target.facts, losses),
    ...writeStop(request, losses),
    ...writeMetadata(request, own.metadata),
    ...writeTier(request, losses),
    ...(request.stream && { stream: true }),
  }
  reportVerbosity(request, losses)
  if (request.cacheKey !== null)
    losses.push({
      field: request.names.cacheKey,
      how: 'dropped',
      why: 'Claude caches by marks, not by key',
    })
  return { body, losses, ...present({ outputTool, unwraps }) }
}

function conversation(
  rest: readonly Turn[],
  { facts }: WireTarget,
  field: string,
): readonly Turn[] {
  const arranged = arrangeTurns(rest, field)
  const turns = facts.midSystem ? arranged : joinTurns(arranged.map(systemAsUser))
  const [first] = turns
  if (first === undefined) throw holdsNoText(field)
  // Claude wants the user to begin; a history that was cut in front starts with the model.
  return first.role === 'user'
    ? turns
    : [{ role: 'user', parts: [{ type: 'text', text: '…' }] }, ...turns]
}

function writeTurn({ role, parts }: Turn, context: BlockContext): JsonObject | null {
  const content = writeBlocks(parts, context)
  if (content.length === 0) return null
  return { role: role === 'model' ? 'assistant' : role, content }
}

function writeSystem(parts: readonly Part[], context: BlockContext): JsonObject {
  const wrong = parts.find((part) => part.type !== 'text')
  if (wrong !== undefined)
    throw cannotCarry(`${wrong.type} in a system message`, 'messages', context.field)
  const blocks = writeBlocks(parts, context)
  if (blocks.length === 0) return {}
  const plain = blocks.every((block) => Object.keys(block).length === 2)
  return { system: plain && blocks.length === 1 ? textOf(parts) : blocks }
}

function maxTokens(
  { maxOutput, names }: NeutralRequest,
  raised: number | null,
  { facts }: WireTarget,
  losses: Loss[],
): number {
  const largest = facts.maxOutput ?? Number.POSITIVE_INFINITY
  if (raised !== null) return Math.min(raised, largest)
  if (maxOutput === null) return facts.maxOutput ?? MAX_TOKENS_UNKNOWN
  return clamped(maxOutput, largest, names.maxOutput, losses)
}

function outputConfig(
  own: unknown,
  effort: string | undefined,
  format: JsonObject | undefined,
): JsonObject {
  const config = {
    ...(isObject(own) && own),
    ...(effort !== undefined && { effort }),
    ...(format !== undefined && { format }),
  }
  return Object.keys(config).length > 0 ? { output_config: config } : {}
}

/** Claude refuses stop texts of white space only. */
function writeStop({ stop, names }: NeutralRequest, losses: Loss[]): JsonObject {
  const taken = stop.filter((text) => text.trim() !== '')
  if (taken.length < stop.length)
    losses.push({ field: names.stop, how: 'dropped', why: 'a stop sequence of white space only' })
  return taken.length > 0 ? { stop_sequences: taken } : {}
}

function writeMetadata({ user }: NeutralRequest, own: unknown): JsonObject {
  const id = user !== null && user.length > MAX_USER_ID ? digest(user) : user
  const metadata = { ...(isObject(own) && own), ...(id !== null && { user_id: id }) }
  return Object.keys(metadata).length > 0 ? { metadata } : {}
}

function writeTier({ tier, names }: NeutralRequest, losses: Loss[]): JsonObject {
  if (tier === null) return {}
  if (tier === 'default') return { service_tier: 'standard_only' }
  if (tier === 'flex')
    losses.push({ field: names.tier, how: 'dropped', why: 'Claude has no flex tier' })
  return tier === 'flex' ? {} : { service_tier: 'auto' }
}
