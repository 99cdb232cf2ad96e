/** Reads a Messages request. */
import type {
  MessageCountTokensParams,
  MessageCreateParams,
} from '@anthropic-ai/sdk/resources/messages.js'
import { invalidRequest } from '../../core/errors.ts'
import {
  choiceAt,
  isObject,
  isUnset,
  leftovers,
  listAt,
  nameAt,
  objectAt,
  optionalBoolean,
  optionalCount,
  optionalList,
  optionalNumber,
  optionalObject,
  optionalText,
  textAt,
} from '../neutral/fields.ts'
import type {
  JsonObject,
  NeutralRequest,
  Output,
  Reasoning,
  Sampling,
  Turn,
} from '../neutral/neutral.ts'
import { MESSAGES } from '../unread/shapes.ts'
import { unreadIn } from '../unread/unread.ts'
import { fieldNames } from './field-names.ts'
import { readContent, readTextBlocks } from './read-blocks.ts'
import { readToolChoice, readTools } from './read-tools.ts'

/** The SDK's newest types leave sampling out; older models take it. */
type Field =
  | keyof MessageCreateParams
  | keyof MessageCountTokensParams
  | 'temperature'
  | 'top_p'
  | 'top_k'

const KNOWN: ReadonlySet<string> = new Set<Field>([
  ...([
    'model',
    'messages',
    'system',
    'max_tokens',
    'stop_sequences',
    'stream',
    'temperature',
  ] as const),
  ...(['top_p', 'top_k', 'tools', 'tool_choice', 'thinking', 'output_config', 'metadata'] as const),
  'service_tier',
])
const EFFORTS = ['low', 'medium', 'high', 'xhigh', 'max'] as const

export function readRequest(body: JsonObject): NeutralRequest {
  const config = optionalObject(body.output_config, 'output_config') ?? {}
  const choice = readToolChoice(body.tool_choice)
  return {
    dialect: 'messages',
    model: nameAt(body.model, 'model'),
    stream: optionalBoolean(body.stream, 'stream') ?? false,
    turns: readTurns(body),
    tools: readTools(body.tools),
    toolChoice: choice.choice,
    parallel: choice.parallel,
    maxOutput: optionalCount(body.max_tokens, 'max_tokens') ?? null,
    stop: optionalList(body.stop_sequences, 'stop_sequences').map((stop, at) =>
      textAt(stop, `stop_sequences[${at}]`),
    ),
    sampling: readSampling(body),
    reasoning: readReasoning(body.thinking, config),
    output: readOutput(config.format),
    verbosity: null,
    tier: readTier(body.service_tier),
    user:
      optionalText(optionalObject(body.metadata, 'metadata')?.user_id, 'metadata.user_id') ?? null,
    cacheKey: null,
    own: ownOf(body, config),
    names: fieldNames(body),
    ...unreadIn(body, MESSAGES),
  }
}

function readTurns(body: JsonObject): Turn[] {
  const turns: Turn[] = []
  if (!isUnset(body.system))
    turns.push({ role: 'system', parts: readTextBlocks(body.system, 'system') })
  listAt(body.messages, 'messages').forEach((value, at) => {
    const path = `messages[${at}]`
    const message = objectAt(value, path)
    const role = choiceAt(message.role, ['user', 'assistant', 'system'], `${path}.role`)
    const parts = readContent(message.content, `${path}.content`)
    turns.push({ role: role === 'assistant' ? 'model' : role, parts })
  })
  return turns
}

function readSampling(body: JsonObject): Sampling {
  const sampling: Sampling = {}
  const temperature = optionalNumber(body.temperature, 'temperature')
  const topP = optionalNumber(body.top_p, 'top_p')
  const topK = optionalCount(body.top_k, 'top_k')
  if (temperature !== undefined) sampling.temperature = temperature
  if (topP !== undefined) sampling.topP = topP
  if (topK !== undefined) sampling.topK = topK
  return sampling
}

function readReasoning(value: unknown, config: JsonObject): Reasoning {
  const thinking = optionalObject(value, 'thinking')
  const reasoning: Reasoning = { mode: 'unset' }
  if (!isUnset(config.effort))
    reasoning.effort = choiceAt(config.effort, EFFORTS, 'output_config.effort')
  if (thinking === undefined) return reasoning
  const type = choiceAt(thinking.type, ['enabled', 'adaptive', 'disabled'], 'thinking.type')
  reasoning.mode = type === 'enabled' ? 'on' : type === 'adaptive' ? 'auto' : 'off'
  if (type === 'enabled') {
    const budget = optionalCount(thinking.budget_tokens, 'thinking.budget_tokens')
    if (budget === undefined)
      throw invalidRequest("'thinking.budget_tokens' is required", 'thinking.budget_tokens')
    reasoning.budget = budget
  }
  if (!isUnset(thinking.display))
    reasoning.show =
      choiceAt(thinking.display, ['summarized', 'omitted'], 'thinking.display') === 'summarized'
  return reasoning
}

function readOutput(value: unknown): Output {
  const format = optionalObject(value, 'output_config.format')
  if (format === undefined) return { type: 'text' }
  choiceAt(format.type, ['json_schema'], 'output_config.format.type')
  return { type: 'schema', schema: objectAt(format.schema, 'output_config.format.schema') }
}

function readTier(value: unknown): NeutralRequest['tier'] {
  if (isUnset(value)) return null
  return choiceAt(value, ['auto', 'standard_only'], 'service_tier') === 'auto' ? 'auto' : 'default'
}

/** Parts of `output_config` and `metadata` that nothing else holds stay under those names. */
function ownOf(body: JsonObject, config: JsonObject): JsonObject {
  const own: Record<string, unknown> = { ...leftovers(body, KNOWN) }
  const { effort: _, format: __, ...moreConfig } = config
  if (Object.keys(moreConfig).length > 0) own.output_config = moreConfig
  if (isObject(body.metadata)) {
    const { user_id: ___, ...moreMetadata } = body.metadata
    if (Object.keys(moreMetadata).length > 0) own.metadata = moreMetadata
  }
  return own
}
