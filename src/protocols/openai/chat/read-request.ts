/** Reads a Chat Completions request. */
import type { ChatCompletionCreateParams } from 'openai-7/resources/chat/completions.js'
import { digest } from '../../neutral/call-ids.ts'
import {
  choiceAt,
  isObject,
  isUnset,
  leftovers,
  nameAt,
  objectAt,
  optionalBoolean,
  optionalCount,
  optionalNumber,
  optionalObject,
  optionalText,
  textAt,
} from '../../neutral/fields.ts'
import type {
  JsonObject,
  NeutralRequest,
  Output,
  Reasoning,
  Sampling,
} from '../../neutral/neutral.ts'
import { CHAT } from '../../unread/shapes.ts'
import { unreadIn } from '../../unread/unread.ts'
import { fieldNames } from './field-names.ts'
import { readMessages } from './read-messages.ts'
import { readToolChoice, readTools } from './read-tools.ts'

/** Fields that compatible upstreams added: `top_k`, and two ways to say how to think. */
type Field = keyof ChatCompletionCreateParams | 'top_k' | 'reasoning' | 'thinking'

const KNOWN: ReadonlySet<string> = new Set<Field>([
  ...(['model', 'messages', 'stream', 'max_tokens', 'max_completion_tokens', 'stop'] as const),
  ...(['temperature', 'top_p', 'top_k', 'seed', 'frequency_penalty', 'presence_penalty'] as const),
  ...([
    'tools',
    'tool_choice',
    'parallel_tool_calls',
    'response_format',
    'reasoning_effort',
  ] as const),
  ...([
    'reasoning',
    'thinking',
    'service_tier',
    'user',
    'safety_identifier',
    'prompt_cache_key',
    'verbosity',
  ] as const),
  // These do not change the answer.
  ...(['stream_options', 'metadata', 'prompt_cache_retention'] as const),
])
const EFFORTS = ['minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const
const TIERS = ['auto', 'default', 'flex', 'priority'] as const
const VERBOSITIES = ['low', 'medium', 'high'] as const
/** Values with which a field asks for nothing. */
const IDLE: JsonObject = { n: 1, store: false, logprobs: false, top_logprobs: 0 }

export function readRequest(body: JsonObject): NeutralRequest {
  return {
    dialect: 'chat',
    model: nameAt(body.model, 'model'),
    stream: optionalBoolean(body.stream, 'stream') ?? false,
    turns: readMessages(body.messages),
    tools: readTools(body.tools),
    toolChoice: readToolChoice(body.tool_choice),
    parallel: optionalBoolean(body.parallel_tool_calls, 'parallel_tool_calls') ?? null,
    maxOutput:
      optionalCount(body.max_completion_tokens, 'max_completion_tokens') ??
      optionalCount(body.max_tokens, 'max_tokens') ??
      null,
    stop: readStop(body.stop),
    sampling: readSampling(body),
    reasoning: readReasoning(body),
    output: readOutput(body.response_format),
    verbosity: readVerbosity(body.verbosity),
    tier: TIERS.find((tier) => tier === body.service_tier) ?? null,
    user:
      optionalText(body.safety_identifier, 'safety_identifier') ??
      optionalText(body.user, 'user') ??
      null,
    cacheKey: optionalText(body.prompt_cache_key, 'prompt_cache_key') ?? null,
    own: ownOf(body),
    names: fieldNames(body),
    ...unreadIn(body, CHAT),
  }
}

function readStop(value: unknown): string[] {
  if (isUnset(value)) return []
  if (Array.isArray(value)) return value.map((stop, at) => textAt(stop, `stop[${at}]`))
  return [textAt(value, 'stop')]
}

const SAMPLING: readonly (readonly [keyof Sampling, string])[] = [
  ['temperature', 'temperature'],
  ['topP', 'top_p'],
  ['topK', 'top_k'],
  ['seed', 'seed'],
  ['frequencyPenalty', 'frequency_penalty'],
  ['presencePenalty', 'presence_penalty'],
]

function readSampling(body: JsonObject): Sampling {
  const sampling: Sampling = {}
  for (const [name, field] of SAMPLING) {
    const value = optionalNumber(body[field], field)
    if (value !== undefined) sampling[name] = value
  }
  return sampling
}

/** `reasoning_effort`, or what compatible upstreams take: `reasoning {effort, max_tokens, exclude}`, `thinking {type}`. */
function readReasoning(body: JsonObject): Reasoning {
  const wide = optionalObject(body.reasoning, 'reasoning') ?? {}
  const thinking = optionalObject(body.thinking, 'thinking') ?? {}
  const said = body.reasoning_effort ?? wide.effort
  // Groq's word for what the model does anyway.
  const effort = said === 'default' ? null : said
  const budget = optionalCount(wide.max_tokens ?? thinking.budget_tokens, 'reasoning.max_tokens')
  const reasoning: Reasoning = {
    mode: isUnset(thinking.type) ? 'unset' : thinkingMode(thinking.type),
  }
  if (effort === 'none' || reasoning.mode === 'off' || wide.enabled === false)
    return { mode: 'off' }
  if (!isUnset(effort)) reasoning.effort = choiceAt(effort, EFFORTS, 'reasoning_effort')
  if (budget !== undefined) reasoning.budget = budget
  if (!isUnset(effort) || budget !== undefined || wide.enabled === true) reasoning.mode = 'on'
  if (wide.exclude === true) reasoning.show = false
  return reasoning
}

const THINKING = { enabled: 'on', adaptive: 'auto', auto: 'auto', disabled: 'off' } as const
const THINKING_TYPES = ['enabled', 'adaptive', 'auto', 'disabled'] as const

/** Claude's words, which others took over; `auto` is Doubao's. */
function thinkingMode(type: unknown): Reasoning['mode'] {
  return THINKING[choiceAt(type, THINKING_TYPES, 'thinking.type')]
}

function readOutput(value: unknown): Output {
  const format = optionalObject(value, 'response_format')
  if (format === undefined) return { type: 'text' }
  const type = choiceAt(format.type, ['text', 'json_object', 'json_schema'], 'response_format.type')
  if (type === 'text') return { type }
  if (type === 'json_object') return { type: 'json' }
  const path = 'response_format.json_schema'
  const asked = objectAt(format.json_schema, path)
  const output: Output = {
    type: 'schema',
    schema: optionalObject(asked.schema, `${path}.schema`) ?? {},
  }
  const name = optionalText(asked.name, `${path}.name`)
  const description = optionalText(asked.description, `${path}.description`)
  const strict = optionalBoolean(asked.strict, `${path}.strict`)
  if (name !== undefined) output.name = name
  if (description !== undefined) output.description = description
  if (strict !== undefined) output.strict = strict
  return output
}

function readVerbosity(value: unknown): NeutralRequest['verbosity'] {
  return isUnset(value) ? null : choiceAt(value, VERBOSITIES, 'verbosity')
}

function ownOf(body: JsonObject): JsonObject {
  const rest: Record<string, unknown> = { ...leftovers(body, KNOWN) }
  // Other vendors have tiers of their own.
  if (!TIERS.includes(body.service_tier as never) && !isUnset(body.service_tier))
    rest.service_tier = body.service_tier
  for (const field in IDLE) if (rest[field] === IDLE[field]) delete rest[field]
  if (Array.isArray(rest.modalities) && rest.modalities.every((mode) => mode === 'text'))
    delete rest.modalities
  if (isObject(rest.logit_bias) && Object.keys(rest.logit_bias).length === 0) delete rest.logit_bias
  return rest
}

/** OpenAI takes 64 characters as a user's name. */
export function userOf(user: string): string {
  return user.length > 64 ? digest(user) : user
}
