/** What a client of Chat Completions calls its fields: some have two or three names. */
import type { FieldNames } from '../../neutral/field-names.ts'
import { isObject, isUnset } from '../../neutral/fields.ts'
import type { JsonObject } from '../../neutral/neutral.ts'

const NAMES: FieldNames = {
  temperature: 'temperature',
  topP: 'top_p',
  topK: 'top_k',
  seed: 'seed',
  frequencyPenalty: 'frequency_penalty',
  presencePenalty: 'presence_penalty',
  maxOutput: 'max_completion_tokens',
  stop: 'stop',
  tools: 'tools',
  toolChoice: 'tool_choice',
  parallel: 'parallel_tool_calls',
  strict: 'tools[].function.strict',
  reasoning: 'reasoning_effort',
  effort: 'reasoning_effort',
  budget: 'reasoning.max_tokens',
  output: 'response_format',
  verbosity: 'verbosity',
  tier: 'service_tier',
  user: 'safety_identifier',
  cacheKey: 'prompt_cache_key',
  detail: 'messages[].content[].image_url.detail',
}

export function fieldNames(body: JsonObject): FieldNames {
  return {
    ...NAMES,
    ...(isUnset(body.max_completion_tokens) && { maxOutput: 'max_tokens' }),
    ...(isUnset(body.safety_identifier) && { user: 'user' }),
    ...(isUnset(body.reasoning_effort) && thinkingNames(body)),
  }
}

/** As compatible upstreams name it. */
function thinkingNames({ reasoning, thinking }: JsonObject): Partial<FieldNames> {
  if (isObject(reasoning)) return { reasoning: 'reasoning', effort: 'reasoning.effort' }
  return isObject(thinking) ? { reasoning: 'thinking', budget: 'thinking.budget_tokens' } : {}
}
