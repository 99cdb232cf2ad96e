/** Upstream keys: added and encrypted, tested, changed, reset, disabled, removed. */

import type { UpstreamKey } from '../../core/entities.ts'
import { keyHint } from '../../core/text/credential-text.ts'
import type { ProbeResult } from '../../upstreams/probe.ts'
import { bindingOf } from '../../upstreams/vault.ts'
import type { Actor, MakeChange } from '../changes.ts'
import { checkedName, checkedSecret, rowIdIn } from '../checks.ts'
import { upstreamView } from '../contract.ts'
import type { AdminDependencies } from '../dependencies.ts'
import { adminError } from '../errors.ts'
import { allUpstreamKeys } from '../pages.ts'
import type { AdminStore, UpstreamPatch } from '../store.ts'
import type { Page, UpstreamQuery } from '../store-queries.ts'
import { refuseOwnKey, type UpstreamImport } from './upstream-import.ts'
import {
  checkedUpstream,
  checkedUpstreamPatch,
  type UpstreamChanges,
  type UpstreamInput,
} from './upstream-input.ts'

export function createUpstreams(
  dependencies: AdminDependencies,
  importing: UpstreamImport,
  change: MakeChange,
) {
  const { store } = dependencies
  const add = (actor: Actor, input: UpstreamInput): Promise<UpstreamKey> => {
    const row = checkedUpstream(input)
    const name = checkedName(input.name, 'upstream_name_invalid')
    const secret = checkedSecret(input.secret)
    return change(actor, async (step, record) => {
      await keepNameFree(step, name)
      return importing.insert(step, record, { ...row, name, secret })
    })
  }

  return {
    add,
    importAll: importing.importAll,
    modelStates: () => store.listModelStates(),
    /** By name or id. */
    find: (name: string): Promise<UpstreamKey> => findUpstream(store, name),
    list: (query?: UpstreamQuery): Promise<Page<UpstreamKey>> => store.listUpstreamKeys(query),
    async test(name: string | null): Promise<{ upstream: UpstreamKey; result: ProbeResult }[]> {
      const upstreams =
        name === null ? await allUpstreamKeys(store) : [await findUpstream(store, name)]
      return Promise.all(upstreams.map((upstream) => tested(dependencies, upstream)))
    },
    /** `test` checks a new address or key beforehand, not this function. */
    update(actor: Actor, name: string, changes: UpstreamChanges): Promise<UpstreamKey> {
      return change(actor, async (step, record) => {
        const before = await findUpstream(step, name)
        if (changes.secret !== undefined)
          await refuseOwnKey(step, dependencies.sha256Hex(checkedSecret(changes.secret)))
        const patch = sealedFor(dependencies, before, checkedUpstreamPatch(changes, before))
        if (patch.name !== undefined && patch.name !== before.name)
          await keepNameFree(step, patch.name)
        const after = await step.updateUpstreamKey(before.id, patch)
        if (after === null) throw adminError('upstream_not_found', { upstream: name })
        await record('upstream.update', `upstream:${before.id}`, {
          before: upstreamView(before),
          after: upstreamView(after),
        })
        return after
      })
    },
    reset: (actor: Actor, name: string): Promise<UpstreamKey> =>
      changedState(change, actor, {
        name,
        action: 'upstream.reset',
        work: (step, id) => step.resetUpstreamKey(id),
      }),
    setDisabled: (actor: Actor, name: string, disabled: boolean): Promise<UpstreamKey> =>
      changedState(change, actor, {
        name,
        action: disabled ? 'upstream.disable' : 'upstream.enable',
        work: (step, id) => step.setUpstreamKeyDisabled(id, disabled),
      }),
    /** Remembered, so that a start does not import the key from the variables again. */
    remove: (actor: Actor, name: string): Promise<UpstreamKey> =>
      change(actor, async (step, record) => {
        const upstream = await findUpstream(step, name)
        await importing.rememberRemoval(step, upstream)
        await step.removeUpstreamKey(upstream.id)
        await record('upstream.remove', `upstream:${upstream.id}`, {
          before: upstreamView(upstream),
        })
        return upstream
      }),
  }
}

async function tested({ vault, probe }: AdminDependencies, upstream: UpstreamKey) {
  const opened = vault.open(upstream.encryptedKey, bindingOf(upstream))
  const result: ProbeResult = opened.ok
    ? await probe.probe(upstream, opened.secret)
    : { ok: false, status: null, latencyMs: 0, detail: opened.reason }
  return { upstream, result }
}

/** The ciphertext is bound to the address, so a new address requires encrypting again. */
function sealedFor(
  { vault }: AdminDependencies,
  before: UpstreamKey,
  changes: UpstreamChanges,
): UpstreamPatch {
  const { secret, ...patch } = changes
  const { baseUrl = before.baseUrl } = patch
  if (secret === undefined && baseUrl === before.baseUrl) return patch
  const opened =
    secret === undefined
      ? vault.open(before.encryptedKey, bindingOf(before))
      : { ok: true as const, secret }
  if (!opened.ok)
    throw adminError('upstream_locked', { upstream: before.name, reason: opened.reason })
  return {
    ...patch,
    encryptedKey: vault.seal(opened.secret, bindingOf({ id: before.id, baseUrl })),
    keyHint: keyHint(opened.secret),
  }
}

interface StateChange {
  name: string
  action: string
  work: (step: AdminStore, id: number) => Promise<unknown>
}

async function changedState(
  change: MakeChange,
  actor: Actor,
  { name, action, work }: StateChange,
): Promise<UpstreamKey> {
  return change(actor, async (step, record) => {
    const before = await findUpstream(step, name)
    await work(step, before.id)
    const after = await findUpstream(step, String(before.id))
    await record(action, `upstream:${before.id}`, {
      before: upstreamView(before),
      after: upstreamView(after),
    })
    return after
  })
}

async function findUpstream(store: AdminStore, name: string): Promise<UpstreamKey> {
  const id = rowIdIn(name)
  const found =
    (await store.findUpstreamKey(name)) ??
    (await store.findUpstreamKey(name.normalize('NFC'))) ??
    (id === null ? null : await store.findUpstreamKeyById(id))
  if (found === null) throw adminError('upstream_not_found', { upstream: name })
  return found
}

async function keepNameFree(step: AdminStore, name: string): Promise<void> {
  if ((await step.findUpstreamKey(name)) !== null) throw adminError('upstream_exists', { name })
}
