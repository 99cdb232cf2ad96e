/** A client's request to `POST /v1/responses`. */
import type { ResponseCreateParams } from 'openai-7/resources/responses/responses.js'
import {
  choiceAt,
  isObject,
  isUnset,
  objectAt,
  optionalBoolean,
  optionalNumber,
  optionalText,
  refuse,
  textAt,
} from '../neutral/fields.ts'
import type {
  Effort,
  JsonObject,
  NeutralRequest,
  Output,
  Reasoning,
  Sampling,
  Turn,
} from '../neutral/neutral.ts'
import { present } from '../neutral/present.ts'
import { RESPONSES } from '../unread/shapes.ts'
import { unreadIn } from '../unread/unread.ts'
import { fieldNames } from './field-names.ts'
import { readInput } from './read-items.ts'
import { readToolChoice, readTools } from './read-tools.ts'

type Field = keyof ResponseCreateParams

/** Fields that the neutral request holds. */
const READ: ReadonlySet<string> = new Set<Field>([
  'model',
  'stream',
  'input',
  'instructions',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'max_output_tokens',
  'temperature',
  'top_p',
  'reasoning',
  'text',
  'service_tier',
  'user',
  'safety_identifier',
  'prompt_cache_key',
])

export function readRequest(body: JsonObject): NeutralRequest {
  const { turns, tools } = readInput(body.input)
  return {
    dialect: 'responses',
    model: textAt(body.model, 'model'),
    stream: optionalBoolean(body.stream, 'stream') ?? false,
    turns: [...instructions(body.instructions), ...turns],
    tools: [...readTools(body.tools, 'tools'), ...tools],
    toolChoice: readToolChoice(body.tool_choice),
    parallel: optionalBoolean(body.parallel_tool_calls, 'parallel_tool_calls') ?? null,
    maxOutput: optionalNumber(body.max_output_tokens, 'max_output_tokens') ?? null,
    stop: [],
    sampling: sampling(body),
    reasoning: readReasoning(body.reasoning),
    output: readOutput(body.text),
    verbosity: readVerbosity(body.text),
    tier: readTier(body.service_tier),
    user:
      optionalText(body.safety_identifier, 'safety_identifier') ??
      optionalText(body.user, 'user') ??
      null,
    cacheKey: optionalText(body.prompt_cache_key, 'prompt_cache_key') ?? null,
    own: ownFields(body),
    names: fieldNames(body),
    ...unreadIn(body, RESPONSES),
  }
}

function instructions(text: unknown): Turn[] {
  const system = optionalText(text, 'instructions')
  return system === undefined || system === ''
    ? []
    : [{ role: 'system', parts: [{ type: 'text', text: system }] }]
}

function sampling(body: JsonObject): Sampling {
  return present({
    temperature: optionalNumber(body.temperature, 'temperature'),
    topP: optionalNumber(body.top_p, 'top_p'),
  })
}

const EFFORTS: readonly Effort[] = ['minimal', 'low', 'medium', 'high', 'xhigh', 'max']

function readReasoning(value: unknown): Reasoning {
  if (value === undefined || value === null) return { mode: 'unset' }
  const { effort, summary } = objectAt(value, 'reasoning')
  const show = summary === undefined || summary === null ? {} : { show: true }
  if (effort === undefined || effort === null) return { mode: 'unset', ...show }
  if (effort === 'none') return { mode: 'off', ...show }
  const known = EFFORTS.find((each) => each === effort)
  if (known === undefined)
    throw refuse('reasoning.effort', `must be one of none, ${EFFORTS.join(', ')}`)
  return { mode: 'on', effort: known, ...show }
}

function readOutput(value: unknown): Output {
  const format = isObject(value) ? value.format : undefined
  if (format === undefined || format === null) return { type: 'text' }
  const asked = objectAt(format, 'text.format')
  if (asked.type === 'json_object') return { type: 'json' }
  const type = choiceAt(asked.type, ['text', 'json_object', 'json_schema'], 'text.format.type')
  if (type === 'text') return { type }
  return {
    type: 'schema',
    schema: objectAt(asked.schema, 'text.format.schema'),
    ...present({
      name: optionalText(asked.name, 'text.format.name'),
      description: optionalText(asked.description, 'text.format.description'),
      strict: optionalBoolean(asked.strict, 'text.format.strict'),
    }),
  }
}

const VERBOSITIES = ['low', 'medium', 'high'] as const

function readVerbosity(text: unknown): NeutralRequest['verbosity'] {
  const verbosity = isObject(text) ? text.verbosity : undefined
  return isUnset(verbosity) ? null : choiceAt(verbosity, VERBOSITIES, 'text.verbosity')
}

const TIERS = ['auto', 'default', 'flex', 'priority'] as const

function readTier(value: unknown): NeutralRequest['tier'] {
  return TIERS.find((tier) => tier === value) ?? null
}

function ownFields(body: JsonObject): JsonObject {
  const own = Object.entries(body).filter(([name, value]) => !READ.has(name) && value !== null)
  const { service_tier: tier } = body
  // Other vendors have tiers of their own.
  if (!isUnset(tier) && readTier(tier) === null) own.push(['service_tier', tier])
  return Object.fromEntries(own)
}
