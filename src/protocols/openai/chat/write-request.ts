/** Writes a Chat Completions request for OpenAI, or for upstreams that are compatible with it. */
import { digest } from '../../neutral/call-ids.ts'
import {
  clamped,
  objectOutput,
  onlyAllowed,
  ownFields,
  reportVerbosity,
  turnsField,
} from '../../neutral/carry.ts'
import type { Effort, JsonObject, Loss, NeutralRequest, Tool } from '../../neutral/neutral.ts'
import { modalitiesOf } from '../../neutral/pictures/modalities.ts'
import { nearestEffort, planThinking, wantedEffort } from '../../neutral/reasoning.ts'
import { arrangeTurns, holdsNoText, systemAsUser } from '../../neutral/turns.ts'
import { objectSchema } from '../../schemas/object-schema.ts'
import type { WireTarget, WrittenRequest } from '../../translation/format.ts'
import { fitted, schemaInWords } from './quirks.ts'
import { userOf } from './read-request.ts'
import { writeMessages } from './write-messages.ts'
import { writeSampling, writeStop } from './write-sampling.ts'

export function writeRequest(asked: NeutralRequest, target: WireTarget): WrittenRequest {
  const losses: Loss[] = []
  const isOpenAi = target.vendor === 'openai'
  const allowed = isOpenAi ? asked : onlyAllowed(asked, losses)
  const { request: asObject, unwraps } = objectOutput(allowed, 'chat', losses)
  const request = schemaInWords(asObject, target, losses)
  const context = { target, field: turnsField(request), losses }
  const arranged = arrangeTurns(request.turns, context.field)
  if (arranged.length === 0) throw holdsNoText(context.field)
  const started = arranged.findIndex((turn) => turn.role !== 'system')
  const turns = target.facts.midSystem
    ? arranged
    : arranged.map((turn, at) => (at < started ? turn : systemAsUser(turn)))
  const body: JsonObject = {
    ...ownFields(request, 'chat', losses),
    model: target.model,
    messages: writeMessages(turns, context),
    ...(request.stream && { stream: true, stream_options: { include_usage: true } }),
    ...writeTools(request),
    ...writeLimit(request, target, losses),
    ...writeEffort(request, target, losses),
    ...writeSampling(request, target, losses),
    ...writeStop(request, target, losses),
    ...writeOutput(request),
    ...writeModalities(request),
    ...writeVerbosity(request, target, losses),
    ...(isOpenAi ? openAiHints(request) : noHints(request, losses)),
  }
  return { body: fitted(body, target, request.names, losses), losses, unwraps }
}

function writeTools(request: NeutralRequest): JsonObject {
  const { tools, toolChoice: choice, parallel } = request
  if (tools.length === 0) return {}
  return {
    tools: tools.map(writeTool),
    ...(choice.type !== 'auto' && { tool_choice: writeChoice(choice) }),
    ...(parallel !== null && { parallel_tool_calls: parallel }),
  }
}

function writeTool(tool: Tool): JsonObject {
  if (tool.type === 'vendor') return tool.raw
  if (tool.type === 'custom') throw new Error(`tool '${tool.name}' was not flattened`)
  const { name, description, schema, strict } = tool
  const described = description === undefined ? {} : { description }
  const strictly = strict === undefined ? {} : { strict }
  return {
    type: 'function',
    function: { name, ...described, parameters: objectSchema(schema), ...strictly },
  }
}

function writeChoice(choice: NeutralRequest['toolChoice']): unknown {
  switch (choice.type) {
    case 'tool':
      return { type: 'function', function: { name: choice.name } }
    case 'allowed': {
      const tools = choice.tools.map(({ name }) => ({ type: 'function', function: { name } }))
      const mode = choice.required ? 'required' : 'auto'
      return { type: 'allowed_tools', allowed_tools: { mode, tools } }
    }
    default:
      return choice.type
  }
}

/** Without a limit the upstream's own holds, which is the model's largest. */
function writeLimit(
  { maxOutput, names }: NeutralRequest,
  target: WireTarget,
  losses: Loss[],
): JsonObject {
  if (maxOutput === null) return {}
  const largest = target.facts.maxOutput ?? Number.POSITIVE_INFINITY
  const limit = clamped(maxOutput, largest, names.maxOutput, losses)
  return target.vendor === 'openai' ? { max_completion_tokens: limit } : { max_tokens: limit }
}

/** What gateways take for models whose thinking is requested in other ways. */
const COMMON_EFFORTS: readonly Effort[] = ['low', 'medium', 'high']

function writeEffort(request: NeutralRequest, { facts }: WireTarget, losses: Loss[]): JsonObject {
  const plan = planThinking(request, facts, losses)
  switch (plan?.type) {
    case 'off':
      return { reasoning_effort: 'none' }
    case 'effort':
      return { reasoning_effort: plan.effort }
    case 'adaptive':
      return plan.effort === undefined ? {} : { reasoning_effort: plan.effort }
    case 'budget':
      return {
        reasoning_effort: nearestEffort(wantedEffort(request.reasoning) ?? 'low', COMMON_EFFORTS),
      }
    default:
      return {}
  }
}

function writeModalities(request: NeutralRequest): JsonObject {
  const modalities = request.dialect === 'chat' ? null : modalitiesOf(request)
  return modalities?.includes('image') ? { modalities } : {}
}

function writeOutput({ output }: NeutralRequest): JsonObject {
  if (output.type === 'text') return {}
  if (output.type === 'json') return { response_format: { type: 'json_object' } }
  const { schema, name, description, strict } = output
  const json_schema = {
    name: name ?? 'answer',
    ...(description !== undefined && { description }),
    schema,
    ...(strict !== undefined && { strict }),
  }
  return { response_format: { type: 'json_schema', json_schema } }
}

function writeVerbosity(
  request: NeutralRequest,
  { facts }: WireTarget,
  losses: Loss[],
): JsonObject {
  const { verbosity } = request
  if (facts.verbosity) return verbosity === null ? {} : { verbosity }
  reportVerbosity(request, losses)
  return {}
}

/** A client that names its user keeps one prefix: its turns belong to one cache. */
function openAiHints({ user, tier, cacheKey }: NeutralRequest): JsonObject {
  const key = cacheKey ?? (user === null ? null : digest(user).slice(0, 32))
  return {
    ...(user !== null && { safety_identifier: userOf(user) }),
    ...(key !== null && { prompt_cache_key: key }),
    ...(tier !== null && { service_tier: tier }),
    store: false,
  }
}

function noHints({ user, tier, cacheKey, names }: NeutralRequest, losses: Loss[]): JsonObject {
  const why = 'the upstream has no such field'
  if (user !== null) losses.push({ field: names.user, how: 'dropped', why })
  if (tier !== null) losses.push({ field: names.tier, how: 'dropped', why })
  if (cacheKey !== null) losses.push({ field: names.cacheKey, how: 'dropped', why })
  return {}
}
