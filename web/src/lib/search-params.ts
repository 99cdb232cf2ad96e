/** What pages keep in their address. Anything unreadable there is left out rather than trusted. */
import { UNITS } from './units.ts'

type Raw = Record<string, unknown>

function text(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value !== '' && value.length <= 200 ? value : undefined
}

function integer(value: unknown): number | undefined {
  const number = Number(value)
  return Number.isSafeInteger(number) && number > 0 ? number : undefined
}

function oneOf<Choice extends string>(
  value: unknown,
  choices: readonly Choice[],
): Choice | undefined {
  return choices.find((choice) => choice === value)
}

function time(value: unknown): string | undefined {
  return typeof value === 'string' && !Number.isNaN(Date.parse(value)) ? value : undefined
}

export const RANGES = ['1h', '24h', '7d', '30d', '90d', 'month'] as const
export type Range = (typeof RANGES)[number]

export interface RangeSearch {
  range?: Range | undefined
  /** Own bounds, ISO; they win over `range`. */
  from?: string | undefined
  until?: string | undefined
}

const readRange = (raw: Raw): RangeSearch => ({
  range: oneOf(raw.range, RANGES),
  from: time(raw.from),
  until: time(raw.until),
})

export const OVERVIEW_RANGES = ['1h', '24h', '7d', '30d'] as const
export interface OverviewSearch {
  range?: (typeof OVERVIEW_RANGES)[number] | undefined
}
export const readOverviewSearch = (raw: Raw): OverviewSearch => ({
  range: oneOf(raw.range, OVERVIEW_RANGES),
})

export const OUTCOMES = [
  'ok',
  'refused',
  'rejected',
  'upstream_error',
  'cut',
  'aborted',
  'lost',
] as const
export type Outcome = (typeof OUTCOMES)[number]

export interface RequestsSearch extends RangeSearch {
  outcome?: Outcome | undefined
  status?: string | undefined
  user?: number | undefined
  key?: number | undefined
  model?: string | undefined
  upstream?: string | undefined
  /** The request whose drawer is open. */
  id?: string | undefined
  live?: boolean | undefined
}
export const readRequestsSearch = (raw: Raw): RequestsSearch => ({
  ...readRange(raw),
  outcome: oneOf(raw.outcome, OUTCOMES),
  status: text(raw.status),
  user: integer(raw.user),
  key: integer(raw.key),
  model: text(raw.model),
  upstream: text(raw.upstream),
  id: text(raw.id),
  live: raw.live === true ? true : undefined,
})

export const METRICS = [
  'cost_usd',
  'total_tokens',
  'prompt_tokens',
  'completion_tokens',
  ...UNITS,
  'requests',
  'errors',
] as const
export type Metric = (typeof METRICS)[number]
export const GROUPS = ['user', 'key', 'model', 'upstream'] as const
export type Group = (typeof GROUPS)[number]
export const STEPS = ['hour', 'day', 'week', 'month'] as const

export interface UsageSearch extends RangeSearch {
  metric?: Metric | undefined
  by?: Group | undefined
  second?: Group | undefined
  step?: (typeof STEPS)[number] | undefined
  user?: number | undefined
  model?: string | undefined
}
export const readUsageSearch = (raw: Raw): UsageSearch => ({
  ...readRange(raw),
  metric: oneOf(raw.metric, METRICS),
  by: oneOf(raw.by, GROUPS),
  second: oneOf(raw.second, GROUPS),
  step: oneOf(raw.step, STEPS),
  user: integer(raw.user),
  model: text(raw.model),
})

export interface TextSearch {
  q?: string | undefined
  /** Opens the dialog that creates one. */
  create?: boolean | undefined
}
export const readTextSearch = (raw: Raw): TextSearch => ({
  q: text(raw.q),
  create: raw.create === true ? true : undefined,
})

export const KEY_STATES = ['active', 'retiring', 'expired', 'revoked'] as const
export interface KeysSearch extends TextSearch {
  state?: (typeof KEY_STATES)[number] | undefined
  /** Not used for this many days. */
  unused?: number | undefined
  /** Expires within this many days. */
  expires?: number | undefined
}
export const readKeysSearch = (raw: Raw): KeysSearch => ({
  ...readTextSearch(raw),
  state: oneOf(raw.state, KEY_STATES),
  unused: integer(raw.unused),
  expires: integer(raw.expires),
})

export interface PlaygroundSearch {
  key?: number | undefined
  model?: string | undefined
}
export const readPlaygroundSearch = (raw: Raw): PlaygroundSearch => ({
  key: integer(raw.key),
  model: text(raw.model),
})

export interface AuditSearch extends Pick<RangeSearch, 'from' | 'until'> {
  actor?: string | undefined
  action?: string | undefined
  subject?: string | undefined
}
export const readAuditSearch = (raw: Raw): AuditSearch => ({
  from: time(raw.from),
  until: time(raw.until),
  actor: text(raw.actor),
  action: text(raw.action),
  subject: text(raw.subject),
})
