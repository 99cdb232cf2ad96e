/** Reads a file that declares models, in the form of `gpt-proxy model list --json`; what a model leaves out is usual. */
import {
  FIRST_TOKEN_ACTIONS,
  type ModelDefinition,
  type ModelTarget,
  STRATEGIES,
  type Strategy,
} from '../../core/entities.ts'
import { OperatorError } from '../../core/operator-error.ts'
import { readTargets } from './target-option.ts'

type Fields = Readonly<Record<string, unknown>>

export function readModelFile(text: string, source: string): ModelDefinition[] {
  const value = parsed(text)
  const list = isFields(value) && Array.isArray(value.models) ? value.models : value
  if (!Array.isArray(list)) throw invalid(source, 'a list of models')
  const definitions = list.map((model, at) => toDefinition(model, `${source}: model ${at + 1}`))
  const names = definitions.map(({ name }) => name)
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  if (twice !== undefined) throw invalid(source, `one model '${twice}'`)
  return definitions
}

const MODEL_FIELDS = new Set([
  ...['name', 'strategy', 'targets', 'default', 'set', 'drop'],
  ...['first_token_ms', 'first_token_action', 'fallback_on_filter'],
])
const NUMBERS = ['priority', 'weight', 'context_tokens', 'max_in_flight', 'mirror_percent'] as const
const TARGET_FIELDS = new Set<string>(['model', 'upstream', 'conditions', ...NUMBERS])

function toDefinition(model: unknown, place: string): ModelDefinition {
  const fields = known(model, MODEL_FIELDS, place)
  const { name, strategy = 'priority', targets, default: added = {}, set = {}, drop = [] } = fields
  const { first_token_ms: first = null, first_token_action: action = 'replace' } = fields
  const { fallback_on_filter: onFilter = false } = fields
  if (typeof name !== 'string' || name === '') throw invalid(place, "a text 'name'")
  const strategyName = oneOf(strategy, STRATEGIES, `${place}: 'strategy'`)
  if (!Array.isArray(targets)) throw invalid(place, "a list 'targets'")
  if (!isFields(added) || !isFields(set)) throw invalid(place, "objects 'default' and 'set'")
  if (!isTexts(drop)) throw invalid(place, "a list of texts 'drop'")
  if (!isNumberOrNull(first) || first === 0) throw invalid(place, "a number 'first_token_ms'")
  if (typeof onFilter !== 'boolean') throw invalid(place, "true or false as 'fallback_on_filter'")
  return {
    name,
    strategy: strategyName,
    targets: toTargets(targets, strategyName, place),
    parameters: { default: added, set, drop },
    firstTokenMs: first,
    firstTokenAction: oneOf(action, FIRST_TOKEN_ACTIONS, `${place}: 'first_token_action'`),
    fallbackOnFilter: onFilter,
  }
}

/** Objects, or texts as `--target` takes them; priorities that are left out follow from the order, as there. */
function toTargets(targets: readonly unknown[], strategy: Strategy, place: string): ModelTarget[] {
  if (isTexts(targets)) return readTargets(targets, strategy)
  const objects = targets.map((target, at) =>
    known(target, TARGET_FIELDS, `${place}, target ${at + 1}`),
  )
  const shareOne = strategy !== 'priority' || objects.some(({ weight }) => isNumber(weight))
  return objects.map((target, at) => {
    const where = `${place}, target ${at + 1}`
    const { model, upstream = null, conditions = [] } = target
    if (typeof model !== 'string' || model === '') throw invalid(where, "a text 'model'")
    if (upstream !== null && typeof upstream !== 'string') throw invalid(where, "a text 'upstream'")
    if (!isTexts(conditions)) throw invalid(where, "a list of texts 'conditions'")
    for (const name of NUMBERS)
      if (!isNumberOrNull(target[name] ?? null)) throw invalid(where, `a whole number '${name}'`)
    const number = (name: (typeof NUMBERS)[number]) => (target[name] ?? null) as number | null
    return {
      ...{ model, upstream: upstream === '' ? null : upstream, conditions },
      priority: number('priority') ?? (shareOne ? 0 : at),
      weight: number('weight'),
      contextTokens: number('context_tokens'),
      maxInFlight: number('max_in_flight'),
      mirrorPercent: number('mirror_percent'),
    }
  })
}

function known(value: unknown, names: ReadonlySet<string>, place: string): Fields {
  if (!isFields(value)) throw invalid(place, 'an object')
  const odd = Object.keys(value).find((name) => !names.has(name))
  if (odd !== undefined) throw invalid(place, `no field '${odd}'`)
  return value
}

function oneOf<Name extends string>(value: unknown, names: readonly Name[], place: string): Name {
  const found = names.find((name) => name === value)
  if (found === undefined) throw invalid(place, `one of ${names.join(', ')}`)
  return found
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((text) => typeof text === 'string')
}

const isNumber = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0

function isNumberOrNull(value: unknown): value is number | null {
  return value === null || isNumber(value)
}

function invalid(place: string, expected: string): OperatorError {
  return new OperatorError(
    'invalid',
    `${place}: expected ${expected}`,
    'Write it as this prints it: gpt-proxy model list --json',
  )
}
