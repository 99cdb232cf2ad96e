/** A client's request to `POST /v1beta/models/MODEL:generateContent`. */
import type { GenerationConfig } from '@google/genai'
import {
  isObject,
  leftovers,
  objectAt,
  optionalBoolean,
  optionalCount,
  optionalList,
  optionalNumber,
  optionalObject,
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
import type { RequestPath } from '../translation/format.ts'
import { GEMINI } from '../unread/shapes.ts'
import { unreadIn } from '../unread/unread.ts'
import { fieldNames } from './field-names.ts'
import { camelCased } from './json/json-names.ts'
import { jsonSchemaOf } from './json/schema-types.ts'
import { readContents, readParts } from './read-parts.ts'
import { readToolChoice, readTools } from './read-tools.ts'

const BODY_FIELDS: ReadonlySet<string> = new Set([
  'model',
  'contents',
  'systemInstruction',
  'tools',
  'toolConfig',
  'generationConfig',
])

const CONFIG_FIELDS: ReadonlySet<string> = new Set<keyof GenerationConfig>([
  'temperature',
  'topP',
  'topK',
  'seed',
  'presencePenalty',
  'frequencyPenalty',
  'maxOutputTokens',
  'stopSequences',
  'thinkingConfig',
  'responseMimeType',
  'responseSchema',
  'responseJsonSchema',
])

export function readRequest(body: JsonObject, path: RequestPath): NeutralRequest {
  const fields = camelCased(body)
  const config = optionalObject(fields.generationConfig, 'generationConfig') ?? {}
  const toolConfig = optionalObject(fields.toolConfig, 'toolConfig') ?? {}
  return {
    dialect: 'gemini',
    model: path.model ?? textAt(fields.model, 'model'),
    stream: path.stream ?? false,
    turns: [...system(fields.systemInstruction), ...readContents(fields.contents)],
    tools: readTools(fields.tools),
    toolChoice: readToolChoice(toolConfig.functionCallingConfig),
    parallel: null,
    maxOutput: optionalCount(config.maxOutputTokens, 'generationConfig.maxOutputTokens') ?? null,
    stop: optionalList(config.stopSequences, 'generationConfig.stopSequences').map((stop, at) =>
      textAt(stop, `generationConfig.stopSequences[${at}]`),
    ),
    sampling: sampling(config),
    reasoning: readThinking(config.thinkingConfig),
    output: readOutput(config),
    verbosity: null,
    tier: TIERS[tierOf(fields)] ?? null,
    user: null,
    cacheKey: null,
    own: { ...leftBody(fields), ...leftoverConfig(config) },
    names: fieldNames(config),
    ...unreadIn(fields, GEMINI),
  }
}

function system(value: unknown): Turn[] {
  if (value === undefined || value === null) return []
  if (typeof value === 'string') return [{ role: 'system', parts: [{ type: 'text', text: value }] }]
  const { parts } = objectAt(value, 'systemInstruction')
  return [{ role: 'system', parts: readParts(parts, 'systemInstruction') }]
}

function sampling(config: JsonObject): Sampling {
  const number = (name: keyof GenerationConfig) =>
    optionalNumber(config[name], `generationConfig.${name}`)
  return present({
    temperature: number('temperature'),
    topP: number('topP'),
    topK: number('topK'),
    seed: number('seed'),
    presencePenalty: number('presencePenalty'),
    frequencyPenalty: number('frequencyPenalty'),
  })
}

const LEVELS: readonly Effort[] = ['minimal', 'low', 'medium', 'high']

function readThinking(value: unknown): Reasoning {
  const field = 'generationConfig.thinkingConfig'
  const config = optionalObject(value, field) ?? {}
  const show = optionalBoolean(config.includeThoughts, `${field}.includeThoughts`)
  const shown = present({ show })
  const level = optionalText(config.thinkingLevel, `${field}.thinkingLevel`)?.toLowerCase()
  if (level !== undefined && level !== 'thinking_level_unspecified') {
    const effort = LEVELS.find((each) => each === level)
    if (effort === undefined)
      throw refuse(`${field}.thinkingLevel`, `must be one of ${LEVELS.join(', ')}`)
    return { mode: 'on', effort, ...shown }
  }
  const budget = optionalNumber(config.thinkingBudget, `${field}.thinkingBudget`)
  if (budget === undefined) return { mode: 'unset', ...shown }
  if (budget === 0) return { mode: 'off', ...shown }
  return budget < 0 ? { mode: 'auto', ...shown } : { mode: 'on', budget, ...shown }
}

function readOutput(config: JsonObject): Output {
  const { responseMimeType: mime, responseSchema, responseJsonSchema } = config
  const field = 'generationConfig.responseSchema'
  const bare = mime === BARE ? { bare: true } : {}
  if (isObject(responseJsonSchema)) return { type: 'schema', schema: responseJsonSchema, ...bare }
  if (responseSchema !== undefined && responseSchema !== null)
    return {
      type: 'schema',
      schema: jsonSchemaOf(objectAt(responseSchema, field)),
      ...bare,
    }
  return mime === 'application/json' ? { type: 'json' } : { type: 'text' }
}

const TIERS: Readonly<Record<string, NeutralRequest['tier']>> = {
  standard: 'default',
  flex: 'flex',
  priority: 'priority',
}

/** Also as Google's first documents had it: `SERVICE_TIER_FLEX`. */
function tierOf({ serviceTier }: JsonObject): string {
  return typeof serviceTier === 'string'
    ? serviceTier.toLowerCase().replace(/^service_tier_/, '')
    : ''
}

function leftBody(fields: JsonObject): JsonObject {
  const { serviceTier, ...left } = leftovers(fields, BODY_FIELDS)
  const tier = tierOf(fields)
  const isRead = serviceTier === undefined || tier === 'unspecified' || Object.hasOwn(TIERS, tier)
  return isRead ? left : { ...left, serviceTier }
}

/** One of the values of a schema, as plain text. */
const BARE = 'text/x.enum'
const MIMES: readonly unknown[] = [undefined, null, '', 'text/plain', 'application/json', BARE]

/** By their whole names, so that a report of losses can be read. */
function leftoverConfig(config: JsonObject): JsonObject {
  const left = Object.entries(leftovers(config, CONFIG_FIELDS))
  const { responseMimeType: mime } = config
  if (!MIMES.includes(mime)) left.push(['responseMimeType', mime])
  return Object.fromEntries(left.map(([name, value]) => [`generationConfig.${name}`, value]))
}
