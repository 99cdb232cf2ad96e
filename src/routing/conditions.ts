/**
 * Which requests a target of a model takes. A condition is one word, e.g. `tag:premium`, `max-tokens:4000`,
 * `feature:tools` or `header:x-tier=gold`; `!` before it turns it round. A target takes what meets all of its
 * conditions.
 */
import { FEATURES, type Feature } from '../core/features.ts'

/** What conditions can ask about a request. Read only if a condition asks for it, because it costs time. */
export interface RequestFacts {
  /** Tags of the proxy key. */
  tags: readonly string[]
  /** Tokens of the prompt, by estimate. */
  promptTokens(): number
  features(): ReadonlySet<Feature>
  header(name: string): string | null
}

export interface Condition {
  /** As an operator writes it. */
  text: string
  /** What has to be known to decide it. */
  asks: 'key' | 'body' | 'headers'
  holds(facts: RequestFacts): boolean
}

/** Null if the text is not a condition. */
export function readCondition(text: string): Condition | null {
  const isNegated = text.startsWith('!')
  const [, kind = '', value = ''] = /^!?([a-z-]+):(\S+)$/.exec(text) ?? []
  // Own names only: `constructor:x` is not a condition.
  const holds = Object.hasOwn(READERS, kind) ? (READERS[kind]?.(value) ?? null) : null
  if (holds === null) return null
  const asks = kind === 'tag' ? 'key' : kind === 'header' ? 'headers' : 'body'
  return { text, asks, holds: isNegated ? (facts) => !holds(facts) : holds }
}

/** The first condition that a request does not meet; null if it meets all. */
export function firstUnmet(
  conditions: readonly Condition[],
  facts: RequestFacts,
): Condition | null {
  return conditions.find((condition) => !condition.holds(facts)) ?? null
}

/** Whether the targets take any request, so that nothing has to be known of one. */
export function isUnconditional(targets: readonly { conditions: readonly Condition[] }[]): boolean {
  for (const { conditions } of targets) if (conditions.length > 0) return false
  return true
}

/** The targets that take a request. */
export function takenBy<T extends { conditions: readonly Condition[] }>(
  targets: readonly T[],
  facts: RequestFacts,
): readonly T[] {
  return targets.filter(({ conditions }) => firstUnmet(conditions, facts) === null)
}

type Holds = Condition['holds']

const READERS: Readonly<Record<string, (value: string) => Holds | null>> = {
  tag: (tag) => (facts) => facts.tags.includes(tag),
  'min-tokens': (value) => byTokens(value, (tokens, bound) => tokens >= bound),
  'max-tokens': (value) => byTokens(value, (tokens, bound) => tokens <= bound),
  feature(value) {
    const feature = FEATURES.find((known) => known === value)
    return feature === undefined ? null : (facts) => facts.features().has(feature)
  },
  header(value) {
    const [, name = '', wanted] = /^([\w-]+)(?:=(.*))?$/.exec(value) ?? []
    if (name === '') return null
    const lower = name.toLowerCase()
    if (wanted === undefined) return (facts) => facts.header(lower) !== null
    return (facts) => facts.header(lower) === wanted
  },
}

function byTokens(
  value: string,
  compare: (tokens: number, bound: number) => boolean,
): Holds | null {
  if (!/^\d{1,9}$/.test(value)) return null
  const bound = Number(value)
  return (facts) => compare(facts.promptTokens(), bound)
}
