/**
 * The health of provider keys that several threads share exactly: whatever changes it is an event in one log, and each
 * thread applies all events in that order before it looks at its own copy. An answer of a key without any trouble
 * changes nothing but counts, which are gathered first.
 */
import type { UpstreamState } from '../../core/entities.ts'
import type { Logger } from '../../core/logger.ts'
import type { UpstreamRows } from '../key-store.ts'
import { clockSetBack, clockSetBackBy, healthOver, type KeyHealth, saveChanges } from './health.ts'
import { type Dependencies, type HealthState, healthState, type Key } from './health-state.ts'
import type { OrderedLog } from './ordered-log.ts'

type Deed = 'claim' | 'begun' | 'succeeded' | 'failed' | 'blamed' | 'released' | 'checked'
type Stored = [keys: [number, UpstreamState][], models: UpstreamRows['modelStates']]

type Event =
  | [atMs: number, what: Deed, args: readonly unknown[]]
  | [atMs: number, what: 'answered', counts: readonly [id: number, count: number][]]
  | [atMs: number, what: 'adopt', rows: UpstreamRows, stored: Stored]
  | [atMs: number, what: 'clockSetBack', byMs: number]

interface Parts extends Dependencies {
  log: OrderedLog
  /** One of the threads reads and writes the store, and checks keys. */
  keepsStore: boolean
}

const SILENT: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  requestFinished() {},
}

export function createSharedHealth(parts: Parts): KeyHealth {
  const { keepsStore, clock } = parts
  const { health, own, act, deed, flush, lookAround, answered } = createReplica(parts)
  /** Whether no answer changes anything of it. */
  const isWell = (key: Key, model: string): boolean => {
    lookAround()
    return isUntroubled(health, key, model)
  }
  const tell = (what: 'begun' | 'released', key: Key, model: string): void => {
    if (!isWell(key, model)) deed(what, [short(key), model])
  }
  const lookingAround =
    <Given extends unknown[], Result>(look: (...given: Given) => Result) =>
    (...given: Given): Result => {
      lookAround()
      return look(...given)
    }

  return {
    admission(key, model) {
      lookAround()
      return own.admission(key, model)
    },
    state: lookingAround(own.state),
    restsUntilMs: lookingAround(own.restsUntilMs),
    dueChecks: lookingAround(() => (keepsStore ? own.dueChecks() : [])),
    claim: (key, model) => isWell(key, model) || deed('claim', [short(key), model]) === true,
    begun: (key, model) => tell('begun', key, model),
    released: (key, model) => tell('released', key, model),
    succeeded(key, model) {
      if (isWell(key, model)) answered(key.id)
      else deed('succeeded', [short(key), model])
    },
    failed: (key, model, attempt) => void deed('failed', [short(key), model, attempt]),
    blamed: (key, model, failure) => void deed('blamed', [short(key), model, failure]),
    checked: (id, result) => void deed('checked', [id, result]),
    adopt(rows) {
      // The others learn it from the thread that keeps the store, whose saving is in turn with its reading.
      if (!keepsStore) return
      flush()
      const stored: Stored = [health.keys.storedRows(), health.models.storedRows()]
      act([clock.nowMs(), 'adopt', withoutSecrets(rows), stored])
    },
    async save() {
      flush()
      if (!keepsStore) return forgetChanges(health)
      const backMs = clockSetBackBy(health)
      if (backMs > 0) act([clock.nowMs(), 'clockSetBack', backMs])
      await saveChanges(health)
    },
  }
}

/** This thread's copy, and its way to the log. */
function createReplica({ log, ...given }: Parts) {
  /** The time of the event that is applied. */
  let atMs: number | null = null
  let isOwn = true
  const clock = { nowMs: () => atMs ?? given.clock.nowMs() }
  const health = healthState({ ...given, clock, logger: loggerWhile(() => isOwn, given.logger) })
  const own = healthOver(health)
  let answers = new Map<number, number>()

  const apply = (event: Event): unknown => {
    ;[atMs] = event
    try {
      return applyTo(health, own, event)
    } finally {
      atMs = null
    }
  }
  const applyMissed = (missed: readonly string[]): void => {
    isOwn = false
    for (const text of missed) apply(JSON.parse(text) as Event)
    isOwn = true
  }
  /** What the last event returned. */
  const act = (...events: readonly Event[]): unknown =>
    log.exclusively((missed, append) => {
      applyMissed(missed)
      let result: unknown
      for (const event of events) {
        append(JSON.stringify(event))
        result = apply(event)
      }
      return result
    })
  const gathered = (nowMs: number): Event[] => {
    if (answers.size === 0) return []
    const event: Event = [nowMs, 'answered', [...answers]]
    answers = new Map()
    return [event]
  }
  const lookAround = (): void => {
    if (log.hasMissed()) log.exclusively((missed) => applyMissed(missed))
  }

  return {
    health,
    own,
    act,
    lookAround,
    /** Answers of a key without trouble. */
    answered: (id: number): void => void answers.set(id, (answers.get(id) ?? 0) + 1),
    deed(what: Deed, args: readonly unknown[]): unknown {
      const nowMs = given.clock.nowMs()
      return act(...gathered(nowMs), [nowMs, what, args])
    },
    flush(): void {
      const events = gathered(given.clock.nowMs())
      if (events.length > 0) act(...events)
      else lookAround()
    },
  }
}

function applyTo(health: HealthState, own: KeyHealth, event: Event): unknown {
  const [atMs, what] = event
  switch (what) {
    case 'answered':
      for (const [id, count] of event[2]) countAnswers(health, id, { count, atMs })
      return null
    case 'adopt': {
      const [keys, models] = event[3]
      health.keys.setStored(keys)
      health.models.setStored(models)
      own.adopt(event[2])
      return null
    }
    case 'clockSetBack':
      clockSetBack(health, event[2])
      return null
    default: {
      const apply = own[what] as (...args: readonly unknown[]) => unknown
      return apply(...event[2])
    }
  }
}

function countAnswers(
  { keys, suspicions }: HealthState,
  id: number,
  { count, atMs }: { count: number; atMs: number },
): void {
  suspicions.worked(id, atMs)
  const state = keys.get(id)
  if (state !== undefined) keys.update(id, { ...state, totalRequests: state.totalRequests + count })
}

function isUntroubled(
  { keys, models, hosts, suspicions, probing, refusals }: HealthState,
  { id, baseUrl }: Key,
  model: string,
): boolean {
  const state = keys.get(id)
  return (
    (state === undefined || (state.status === 'healthy' && state.failureCount === 0)) &&
    models.state(id, model) === null &&
    !hosts.has(baseUrl) &&
    !suspicions.has(id) &&
    !probing.has(id) &&
    !refusals.has(id)
  )
}

/** As if they were written, as another thread does. */
function forgetChanges({ keys, models, clock }: HealthState): void {
  keys.takeChanges()
  models.takeChanges(clock.nowMs())
}

function short({ id, name, baseUrl }: Key): Key {
  return { id, name, baseUrl }
}

function withoutSecrets({ upstreamKeys, modelStates }: UpstreamRows): UpstreamRows {
  return { upstreamKeys: upstreamKeys.map((key) => ({ ...key, encryptedKey: '' })), modelStates }
}

/** Each thread logs its own events, not those of other threads. */
function loggerWhile(isOwn: () => boolean, logger: Logger): Logger {
  const current = () => (isOwn() ? logger : SILENT)
  return {
    debug: (fields, message) => current().debug(fields, message),
    info: (fields, message) => current().info(fields, message),
    warn: (fields, message) => current().warn(fields, message),
    error: (fields, message) => current().error(fields, message),
    requestFinished: (fields) => current().requestFinished(fields),
  }
}
