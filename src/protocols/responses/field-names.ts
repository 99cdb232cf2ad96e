/** What a client of Responses calls its fields. */
import type { FieldNames } from '../neutral/field-names.ts'
import { isUnset } from '../neutral/fields.ts'
import type { JsonObject } from '../neutral/neutral.ts'

const NAMES: FieldNames = {
  temperature: 'temperature',
  topP: 'top_p',
  topK: 'top_k',
  seed: 'seed',
  frequencyPenalty: 'frequency_penalty',
  presencePenalty: 'presence_penalty',
  maxOutput: 'max_output_tokens',
  stop: 'stop',
  tools: 'tools',
  toolChoice: 'tool_choice',
  parallel: 'parallel_tool_calls',
  strict: 'tools[].strict',
  reasoning: 'reasoning',
  effort: 'reasoning.effort',
  budget: 'reasoning',
  output: 'text.format',
  verbosity: 'text.verbosity',
  tier: 'service_tier',
  user: 'safety_identifier',
  cacheKey: 'prompt_cache_key',
  detail: 'input[].content[].detail',
}

/** `user` is the older name. */
const BY_USER: FieldNames = { ...NAMES, user: 'user' }

export function fieldNames({ safety_identifier: identifier }: JsonObject): FieldNames {
  return isUnset(identifier) ? BY_USER : NAMES
}
