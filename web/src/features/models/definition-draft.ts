/** A model's definition as the text of a form, and back. Pure. */
import type { components } from '../../api/schema.ts'
import { prioritySteps } from '../../lib/priority-steps.ts'

type Definition = components['schemas']['ModelDefinition']
type DefinedTarget = components['schemas']['DefinedTarget']

export interface TargetDraft {
  /** Of the draft only, so that a target keeps its fields when it moves. */
  id: number
  model: string
  upstream: string
  priority: string
  weight: string
  contextTokens: string
  maxInFlight: string
  mirrorPercent: string
  /** One a line. */
  conditions: string
}

export interface DefinitionDraft {
  name: string
  strategy: NonNullable<Definition['strategy']>
  targets: readonly TargetDraft[]
  firstTokenMs: string
  firstTokenAction: NonNullable<Definition['first_token_action']>
  fallbackOnFilter: boolean
  /** `name=JSON`, one a line. */
  defaults: string
  set: string
  /** Names, one a line. */
  drop: string
}

let lastId = 0

/** The next target is a fallback: it comes after those that are there. */
export function newTarget(before: readonly TargetDraft[], model = ''): TargetDraft {
  const last = Math.max(-1, ...before.map(({ priority }) => numberOf(priority) ?? 0))
  return {
    id: ++lastId,
    model,
    upstream: '',
    priority: String(last + 1),
    weight: '',
    contextTokens: '',
    maxInFlight: '',
    mirrorPercent: '',
    conditions: '',
  }
}

/** For a new name; the model of the first target is known if the name is one that upstreams serve. */
export function emptyDefinition(name = ''): DefinitionDraft {
  return {
    name,
    strategy: 'priority',
    targets: [newTarget([], name)],
    firstTokenMs: '',
    firstTokenAction: 'replace',
    fallbackOnFilter: false,
    defaults: '',
    set: '',
    drop: '',
  }
}

export function draftOf(name: string, definition: Definition): DefinitionDraft {
  return {
    name,
    strategy: definition.strategy ?? 'priority',
    targets: definition.targets.map((target) => ({
      id: ++lastId,
      model: target.model,
      upstream: target.upstream ?? '',
      priority: String(target.priority ?? 0),
      weight: textOf(target.weight),
      contextTokens: textOf(target.context_tokens),
      maxInFlight: textOf(target.max_in_flight),
      mirrorPercent: textOf(target.mirror_percent),
      conditions: (target.conditions ?? []).join('\n'),
    })),
    firstTokenMs: textOf(definition.first_token_ms),
    firstTokenAction: definition.first_token_action ?? 'replace',
    fallbackOnFilter: definition.fallback_on_filter ?? false,
    defaults: linesOf(definition.default),
    set: linesOf(definition.set),
    drop: (definition.drop ?? []).join('\n'),
  }
}

export function definitionOf(draft: DefinitionDraft): Definition {
  return {
    strategy: draft.strategy,
    targets: draft.targets.map(targetOf),
    default: readParameters(draft.defaults).parameters,
    set: readParameters(draft.set).parameters,
    drop: lines(draft.drop),
    first_token_ms: numberOf(draft.firstTokenMs),
    first_token_action: draft.firstTokenAction,
    fallback_on_filter: draft.fallbackOnFilter,
  }
}

function targetOf(target: TargetDraft): DefinedTarget {
  return {
    upstream: target.upstream.trim() || null,
    model: target.model.trim(),
    priority: numberOf(target.priority) ?? 0,
    weight: numberOf(target.weight),
    context_tokens: numberOf(target.contextTokens),
    max_in_flight: numberOf(target.maxInFlight),
    mirror_percent: numberOf(target.mirrorPercent),
    conditions: lines(target.conditions),
  }
}

interface ReadParameters {
  parameters: Record<string, unknown>
  /** The lines that are not `name=JSON`. */
  wrong: string[]
}

/** A value that is not JSON is a mistake and not a string: `"low"` and `low` would otherwise look alike. */
export function readParameters(text: string): ReadParameters {
  const parameters: Record<string, unknown> = {}
  const wrong: string[] = []
  for (const line of lines(text)) {
    const at = line.indexOf('=')
    const name = line.slice(0, Math.max(0, at)).trim()
    try {
      if (name === '') throw new SyntaxError('no name')
      parameters[name] = JSON.parse(line.slice(at + 1))
    } catch {
      wrong.push(line)
    }
  }
  return { parameters, wrong }
}

const lines = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')

const linesOf = (parameters: Record<string, unknown> = {}) =>
  Object.entries(parameters)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join('\n')

const textOf = (value: number | null | undefined) => (value == null ? '' : String(value))

/** The form's fields are of the type `number`, so a text is empty or a number. */
const numberOf = (text: string) => (text.trim() === '' ? null : Number(text))

/** Targets by priority: those of one step share the requests, and the next step follows when all of them fail. */
export function steps(targets: readonly TargetDraft[]): (readonly TargetDraft[])[] {
  const ordinary = targets.filter(({ mirrorPercent }) => mirrorPercent.trim() === '')
  return prioritySteps(ordinary, ({ priority }) => numberOf(priority) ?? 0)
}

/** What of a step's requests a target gets, in percent; null if a weight is not given and so depends on its keys. */
export function sharePercent(target: TargetDraft, step: readonly TargetDraft[]): number | null {
  const weights = step.map(({ weight }) => numberOf(weight))
  const own = numberOf(target.weight)
  if (own === null || weights.includes(null)) return null
  const sum = weights.reduce<number>((total, weight) => total + (weight ?? 0), 0)
  return sum === 0 ? 0 : Math.round((own / sum) * 100)
}
