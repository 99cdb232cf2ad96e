/** Users, proxy keys and upstream keys in memory, so that no request waits for the database. */
import type { Caller } from '../access/caller.ts'
import type { RefusedKey } from '../access/key-activity.ts'
import { BoundedMap } from '../core/bounded-map.ts'
import type { ModelDefinition, ModelPrice, UpstreamKey } from '../core/entities.ts'
import { secretHeaderValues } from '../core/fixed-headers.ts'
import type { Logger } from '../core/logger.ts'
import { echoForms, secretForms } from '../core/redact.ts'
import { type Mirror, mirrorsOfModel, planOfModel } from '../routing/model-plan.ts'
import { type Plan, targetsOf } from '../routing/plan.ts'
import { CATCH_ALL, mostSpecific } from '../routing/specificity.ts'
import { type Callers, callersIn } from './directory-callers.ts'
import type { KeyStore, UpstreamRows } from './key-store.ts'
import type { Vault } from './vault.ts'

export interface UsableUpstream {
  key: UpstreamKey
  secret: string
  /** Forms of the secret looked for in every reply. */
  echoForms: readonly string[]
  /** All forms, looked for on error paths. */
  secretForms: readonly string[]
}

/** The most specific keys that are configured for a model. */
export interface ModelRoute {
  /** Those of them that could be decrypted. */
  plan: Plan<UsableUpstream>
  /** None of them could be decrypted. */
  undecryptable: boolean
  /** They serve whatever they are asked for, and other hosts might be meant: their model lists decide. */
  askLists: boolean
  /** Null if no operator defined a model of this name. */
  definition: ModelDefinition | null
  /** Its definition can't be read: sent under its own name, it could reach a vendor that nobody meant. */
  malformed?: true
  /** Targets that get copies of its requests. */
  mirrors: readonly Mirror<UsableUpstream>[]
}

export interface KeyDirectory {
  findCaller(keyHash: string): Caller | null
  /** A key that is known and may not be used. */
  findRefused?(keyHash: string): RefusedKey | null
  /** True if some keys were made by another program: they have no checksum. */
  readonly hasForeignKeys?: boolean
  routeFor(model: string): ModelRoute
  allUpstreams(): readonly UsableUpstream[]
  models(): readonly ModelDefinition[]
  /** The operator's price for a model; null if there is none. */
  ownPrice(model: string): ModelPrice['rates'] | null
  /** False once a reading of the store failed, until one succeeds. */
  readonly healthy: boolean
  /** Reads everything again; `onUpstreamKeys` sees those first. */
  reload(): Promise<void>
  /** Reloads where another process changed the store. */
  reloadIfChanged(): Promise<void>
}

interface Dependencies {
  store: KeyStore
  vault: Vault
  logger: Logger
  /** The pool takes states changed by hand from the rows. */
  onUpstreamKeys(rows: UpstreamRows): void
  /** Everything was read again after a change. */
  onReload(): void
}

/** Models asked for are the clients' choice, so what is remembered of them has a bound. */
const MAX_REMEMBERED_MODELS = 1000

/** What was decrypted, and of what; that it could not be is said once. */
interface Opened {
  of: UpstreamKey
  entry: UsableUpstream | null
}

interface DirectoryState extends Dependencies {
  known: Callers
  upstreams: readonly UsableUpstream[]
  undecryptable: readonly UpstreamKey[]
  readonly byModel: BoundedMap<string, ModelRoute>
  /** How many addresses the upstreams have. */
  hosts: number
  definitions: Map<string, ModelDefinition>
  malformed: ReadonlySet<string>
  prices: Map<string, ModelPrice['rates']>
  healthy: boolean
  /** By the key's id. */
  opened: Map<number, Opened>
  /** One after the other: an older reading that ends last would hide a newer one. */
  reading: Promise<void>
}

export function createDirectory(dependencies: Dependencies): KeyDirectory {
  const state: DirectoryState = {
    ...dependencies,
    known: { callers: new Map(), refused: new Map(), hasForeignKeys: false },
    upstreams: [],
    undecryptable: [],
    byModel: new BoundedMap(MAX_REMEMBERED_MODELS),
    hosts: 0,
    definitions: new Map(),
    malformed: new Set(),
    prices: new Map(),
    healthy: true,
    opened: new Map(),
    reading: Promise.resolve(),
  }
  return {
    findCaller: (keyHash) => state.known.callers.get(keyHash) ?? null,
    findRefused: (keyHash) => state.known.refused.get(keyHash) ?? null,
    get hasForeignKeys() {
      return state.known.hasForeignKeys
    },
    allUpstreams: () => state.upstreams,
    models: () => [...state.definitions.values()],
    ownPrice: (model) => state.prices.get(model) ?? null,
    routeFor(model) {
      const remembered = state.byModel.get(model)
      if (remembered) return remembered
      const found = findRoute(state, model)
      state.byModel.set(model, found)
      return found
    },
    get healthy() {
      return state.healthy
    },
    reload: () => reload(state),
    reloadIfChanged: () => reloadIfChanged(state),
  }
}

/** A hundred thousand keys are read again after each change, so only what changed is decrypted. */
function usable(state: DirectoryState, key: UpstreamKey): Opened {
  const seen = state.opened.get(key.id)
  if (seen === undefined || !sameSecrets(seen.of, key)) return { of: key, entry: open(state, key) }
  return { of: key, entry: seen.entry === null ? null : { ...seen.entry, key } }
}

function sameSecrets(one: UpstreamKey, other: UpstreamKey): boolean {
  if (one.encryptedKey !== other.encryptedKey || one.baseUrl !== other.baseUrl) return false
  // A fixed header may hold a secret, too.
  return JSON.stringify(one.headers) === JSON.stringify(other.headers)
}

function open({ vault, logger }: DirectoryState, key: UpstreamKey): UsableUpstream | null {
  const opened = vault.open(key.encryptedKey, {
    table: 'upstream_keys',
    row: key.id,
    column: 'encrypted_key',
    baseUrl: key.baseUrl,
  })
  if (!opened.ok) {
    logger.error(
      { upstream: key.name, upstreamKeyId: key.id, reason: opened.reason },
      'upstream key unusable',
    )
    return null
  }
  const hidden = [opened.secret, ...secretHeaderValues(key.headers)]
  return {
    key,
    secret: opened.secret,
    echoForms: hidden.flatMap(echoForms),
    secretForms: hidden.flatMap(secretForms),
  }
}

function takeUpstreamKeys(state: DirectoryState, rows: UpstreamRows): void {
  state.onUpstreamKeys(rows)
  const { upstreamKeys: keys } = rows
  // Removed keys and replaced secrets do not stay in memory.
  state.opened = new Map(keys.map((key) => [key.id, usable(state, key)]))
  const opened = [...state.opened.values()]
  state.upstreams = opened.flatMap(({ entry }) => entry ?? [])
  state.undecryptable = opened.flatMap(({ of, entry }) => (entry === null ? of : []))
  state.hosts = new Set(keys.map(({ baseUrl }) => baseUrl)).size
  state.byModel.clear()
}

const MALFORMED: ModelRoute = {
  plan: [],
  undecryptable: false,
  askLists: false,
  definition: null,
  malformed: true,
  mirrors: [],
}

function findRoute(state: DirectoryState, model: string): ModelRoute {
  const { definitions, upstreams, undecryptable, hosts } = state
  const definition = definitions.get(model)
  if (definition !== undefined) {
    const plan = planOfModel(definition, upstreams)
    const mirrors = mirrorsOfModel(definition, upstreams)
    return { plan, undecryptable: false, askLists: false, definition, mirrors }
  }
  if (state.malformed.has(model)) return MALFORMED
  const opened = new Map(upstreams.map((upstream) => [upstream.key.id, upstream]))
  const found = mostSpecific([...upstreams.map(({ key }) => key), ...undecryptable], model)
  const winners = (found?.keys ?? []).map(({ id }) => opened.get(id))
  const usableOnes = winners.filter((upstream) => upstream !== undefined)
  return {
    plan: targetsOf(usableOnes, model),
    undecryptable: winners.length > 0 && usableOnes.length === 0,
    askLists: found?.specificity === CATCH_ALL && hosts > 1,
    definition: null,
    mirrors: [],
  }
}

async function readAll(state: DirectoryState): Promise<void> {
  const rows = await state.store.readDirectory()
  state.definitions = new Map(rows.models.map((model) => [model.name, model]))
  state.malformed = new Set(rows.malformedModels)
  state.prices = new Map(rows.prices.map(({ model, rates }) => [model, rates]))
  takeUpstreamKeys(state, rows)
  state.known = await callersIn(rows)
  state.healthy = true
  state.onReload()
}

function reload(state: DirectoryState): Promise<void> {
  const read = () => readAll(state)
  const next = state.reading.then(read, read)
  state.reading = next.catch(() => {})
  return next
}

async function reloadIfChanged(state: DirectoryState): Promise<void> {
  const { store, logger } = state
  try {
    const change = await store.changedSinceLastCall()
    if (change === 'any' || !state.healthy) await reload(state)
    else if (change === 'upstream keys') takeUpstreamKeys(state, await store.readUpstreamKeys())
  } catch (error) {
    // Requests are served from the last good reading; /health reports it.
    if (state.healthy) logger.error({ error: String(error) }, 'directory could not be read')
    state.healthy = false
  }
}
