/**
 * Where the parameters that an operator sets for a model are in each format. The operator writes them as Chat Completions
 * has them; clients of other formats get the same, in their own fields.
 */
import type { ProtocolName } from './protocol.ts'

/** Fields from the outside in. */
export type ParameterPath = readonly string[]

export interface ParameterPlace {
  /** In each spelling that the format takes, the usual one first. */
  paths: readonly ParameterPath[]
  /** The same parameter under another name, which a request may use in its place. */
  twins: readonly ParameterPath[]
  /** One value is written as a list. */
  isList: boolean
  /** A part of a larger value, such as `thinking.budget_tokens`: a bound does not make the rest up. */
  isPart: boolean
}

/** A path with dots, with `[]` after it for a list; null: the format has nothing like it. */
type Names = Readonly<Record<string, string | null>>

const GEMINI: Names = {
  temperature: 'generationConfig.temperature',
  top_p: 'generationConfig.topP',
  top_k: 'generationConfig.topK',
  seed: 'generationConfig.seed',
  frequency_penalty: 'generationConfig.frequencyPenalty',
  presence_penalty: 'generationConfig.presencePenalty',
  max_tokens: 'generationConfig.maxOutputTokens',
  max_completion_tokens: 'generationConfig.maxOutputTokens',
  stop: 'generationConfig.stopSequences[]',
  n: 'generationConfig.candidateCount',
  logprobs: 'generationConfig.responseLogprobs',
  top_logprobs: 'generationConfig.logprobs',
  reasoning_effort: 'generationConfig.thinkingConfig.thinkingLevel',
  'thinking.budget_tokens': 'generationConfig.thinkingConfig.thinkingBudget',
  service_tier: 'serviceTier',
  ...{ logit_bias: null, parallel_tool_calls: null, user: null, verbosity: null, store: null },
}

const NAMES: Readonly<Partial<Record<ProtocolName, Names>>> = {
  responses: {
    max_tokens: 'max_output_tokens',
    max_completion_tokens: 'max_output_tokens',
    reasoning_effort: 'reasoning.effort',
    verbosity: 'text.verbosity',
    ...{ stop: null, seed: null, n: null, logit_bias: null, logprobs: null, top_k: null },
    ...{ frequency_penalty: null, presence_penalty: null },
  },
  anthropic: {
    max_completion_tokens: 'max_tokens',
    stop: 'stop_sequences[]',
    user: 'metadata.user_id',
    reasoning_effort: 'output_config.effort',
    ...{ seed: null, n: null, logit_bias: null, logprobs: null, top_logprobs: null },
    ...{ frequency_penalty: null, presence_penalty: null, parallel_tool_calls: null },
    ...{ verbosity: null, store: null },
  },
  gemini: GEMINI,
}

/** The same in Chat Completions, by an old and a new name, or as OpenRouter has it. */
const TWINS: Readonly<Record<string, string>> = {
  max_tokens: 'max_completion_tokens',
  max_completion_tokens: 'max_tokens',
  reasoning_effort: 'reasoning.effort',
}

const OF_GEMINI = 'generationConfig.'

/** Names of other formats, which mean the same: `generationConfig.maxOutputTokens` is `max_tokens`. */
const SYNONYMS = new Map([
  ...Object.entries(GEMINI)
    .filter((pair): pair is [string, string] => pair[1]?.startsWith(OF_GEMINI) === true)
    .map(([name, listed]) => [listed.replace('[]', ''), name] as const)
    .toReversed(),
  ['max_output_tokens', 'max_tokens'],
  ['stop_sequences', 'stop'],
  ['reasoning.effort', 'reasoning_effort'],
  ['output_config.effort', 'reasoning_effort'],
  ['text.verbosity', 'verbosity'],
])

/** Null if the format has no such parameter. A name that is not listed is a field of the request as it is. */
export function parameterPlace(protocol: ProtocolName, written: string): ParameterPlace | null {
  const name = SYNONYMS.get(written) ?? written
  const names = NAMES[protocol]
  const isPart = name.includes('.')
  if (names !== GEMINI && name.startsWith(OF_GEMINI)) return null
  if (names === undefined) {
    const twin = Object.hasOwn(TWINS, name) ? TWINS[name] : undefined
    const twins = twin === undefined ? [] : [twin.split('.')]
    return { paths: [name.split('.')], twins, isList: false, isPart }
  }
  const listed = Object.hasOwn(names, name) ? names[name] : name
  if (listed === null || listed === undefined) return null
  const isList = listed.endsWith('[]')
  const path = (isList ? listed.slice(0, -2) : listed).split('.')
  return { paths: names === GEMINI ? spelled(path) : [path], twins: [], isList, isPart }
}

/** Google's JSON takes each field in camelCase and in snake_case. */
function spelled([field, ...rest]: ParameterPath): ParameterPath[] {
  if (field === undefined) return [[]]
  const snake = field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
  const fields = snake === field ? [field] : [field, snake]
  return fields.flatMap((one) => spelled(rest).map((others) => [one, ...others]))
}
