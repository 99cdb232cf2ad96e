/** What a client of Gemini calls its fields. */
import type { FieldNames } from '../neutral/field-names.ts'
import type { JsonObject } from '../neutral/neutral.ts'

const OUTPUTS = ['responseJsonSchema', 'responseSchema', 'responseMimeType']
const NAMES: Omit<FieldNames, 'output'> = {
  temperature: 'generationConfig.temperature',
  topP: 'generationConfig.topP',
  topK: 'generationConfig.topK',
  seed: 'generationConfig.seed',
  frequencyPenalty: 'generationConfig.frequencyPenalty',
  presencePenalty: 'generationConfig.presencePenalty',
  maxOutput: 'generationConfig.maxOutputTokens',
  stop: 'generationConfig.stopSequences',
  tools: 'tools',
  toolChoice: 'toolConfig.functionCallingConfig',
  parallel: 'toolConfig.functionCallingConfig',
  strict: 'tools[].functionDeclarations',
  reasoning: 'generationConfig.thinkingConfig',
  effort: 'generationConfig.thinkingConfig.thinkingLevel',
  budget: 'generationConfig.thinkingConfig.thinkingBudget',
  verbosity: 'generationConfig.verbosity',
  tier: 'serviceTier',
  user: 'labels',
  cacheKey: 'cachedContent',
  detail: 'generationConfig.mediaResolution',
}

export function fieldNames(generationConfig: JsonObject): FieldNames {
  const output = OUTPUTS.find((name) => name in generationConfig) ?? OUTPUTS[0]
  return { ...NAMES, output: `generationConfig.${output}` }
}
