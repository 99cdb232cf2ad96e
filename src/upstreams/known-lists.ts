/** What upstreams list, remembered for a while: asked once for all who wait, and again before it is too old. */
import type { ModelEntry } from '../protocols/protocol.ts'
import type { UsableUpstream } from './directory.ts'

export interface ModelList {
  object: 'list'
  data: ModelEntry[]
  [further: string]: unknown
}

/** All keys of one host, which lists the same models to each. */
export type Host = readonly UsableUpstream[]

export interface KnownLists {
  /** Null if no key got a list. Rejects if the gateway itself could not ask. `hops`: the gateways that ask for it. */
  list(host: Host, hops?: string | null): Promise<ModelList | null>
  /** Whether the host lists the model; true if its list can't be had. */
  mayServe(host: Host, model: string): boolean | Promise<boolean>
}

/** A list is good for this long; if none was got, it is asked for again sooner. */
const LIST_MS = 60_000
const NO_LIST_MS = 5_000
/** A model that is not in a list of this age may have been added since. */
const MISSING_MS = 10_000
/** A request waits no longer for the first list of a host. */
const MAX_WAIT_MS = 2_000

interface Known {
  /** Undefined until the first answer. */
  list: ModelList | null | undefined
  askedMs: number
  pending: Promise<ModelList | null> | null
}

export function createKnownLists(
  ask: (host: Host, hops: string | null) => Promise<ModelList | null>,
): KnownLists {
  const known = new Map<string, Known>()

  const entryOf = (host: Host): Known => {
    const name = nameOf(host)
    const entry = known.get(name) ?? { list: undefined, askedMs: 0, pending: null }
    known.set(name, entry)
    return entry
  }
  const refresh = (
    host: Host,
    entry: Known,
    hops: string | null = null,
  ): Promise<ModelList | null> => {
    if (entry.pending !== null) return entry.pending
    const asked = ask(host, hops)
    entry.pending = asked
    const done = (list: ModelList | null | undefined) => {
      entry.list = list
      entry.askedMs = performance.now()
      entry.pending = null
      forgetOld(known)
    }
    asked.then(done, () => done(entry.list ?? undefined))
    return asked
  }
  const isFresh = ({ list, askedMs }: Known): boolean => {
    if (list === undefined) return false
    return performance.now() - askedMs < (list === null ? NO_LIST_MS : LIST_MS)
  }
  const lists = (entry: Known, model: string) => !entry.list || isListed(entry.list, model)

  return {
    list(host, hops = null) {
      const entry = entryOf(host)
      return isFresh(entry) ? Promise.resolve(entry.list ?? null) : refresh(host, entry, hops)
    },
    mayServe(host, model) {
      const entry = entryOf(host)
      const isOld = performance.now() - entry.askedMs >= MISSING_MS
      const isKnown = entry.list !== undefined
      if (isKnown && (lists(entry, model) || !isOld)) {
        if (!isFresh(entry)) refresh(host, entry).catch(() => {})
        return lists(entry, model)
      }
      return Promise.race([refresh(host, entry), waited()]).then(
        () => lists(entry, model),
        () => lists(entry, model),
      )
    },
  }
}

/** Tags and prefixes that lists add, and suffixes that choose a variant of what is listed. */
function isListed({ data }: ModelList, model: string): boolean {
  if (data.length === 0) return true
  const [base = model] = model.split(':')
  const names = new Set([model, base, `${model}:latest`, `models/${model}`])
  return data.some(({ id }) => names.has(id))
}

function waited(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, MAX_WAIT_MS))
}

/** Another one as soon as a key of it is added, replaced or removed. */
function nameOf(host: Host): string {
  return host.map(({ key }) => `${key.id} ${key.baseUrl} ${key.encryptedKey}`).join('\n')
}

function forgetOld(known: Map<string, Known>): void {
  const nowMs = performance.now()
  for (const [name, { askedMs, pending }] of known)
    if (pending === null && nowMs - askedMs > 10 * LIST_MS) known.delete(name)
}
