/** What a client of Messages calls its fields. */

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
  maxOutput: 'max_tokens',
  stop: 'stop_sequences',
  tools: 'tools',
  toolChoice: 'tool_choice',
  parallel: 'tool_choice.disable_parallel_tool_use',
  strict: 'tools[].strict',
  reasoning: 'thinking',
  effort: 'output_config.effort',
  budget: 'thinking.budget_tokens',
  output: 'output_config.format',
  verbosity: 'verbosity',
  tier: 'service_tier',
  user: 'metadata.user_id',
  cacheKey: 'cache_control',
  detail: 'messages[].content[].source',
}

/** Thinking is asked for by an effort alone, too. */
const BY_EFFORT: FieldNames = { ...NAMES, reasoning: NAMES.effort }

export function fieldNames({ thinking }: JsonObject): FieldNames {
  return isUnset(thinking) ? BY_EFFORT : NAMES
}
