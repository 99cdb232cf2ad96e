/** Upstream keys: sealed as they come in, tried, reset, switched off, removed. */
import type { Provider, UpstreamKey } from '../core/entities.ts'
import type { ProbeResult } from '../upstreams/probe.ts'
import type { SecretBinding } from '../upstreams/vault.ts'
import {
  checkedApiVersion,
  checkedBaseUrl,
  checkedDeployments,
  checkedModels,
  checkedName,
  checkedSecret,
} from './checks.ts'
import { type AdminDependencies, audited } from './dependencies.ts'
import { AdminError } from './errors.ts'
import type { NewUpstreamKey } from './store.ts'

export interface UpstreamInput {
  name: string
  provider: Provider
  baseUrl: string
  secret: string
  weight?: number
  models?: readonly string[] | null
  deployments?: Readonly<Record<string, string>> | null
  apiVersion?: string | null
}

/** What an upstream key's ciphertext is bound to. */
export function bindingOf({ id, baseUrl }: { id: number; baseUrl: string }): SecretBinding {
  return { table: 'upstream_keys', row: id, column: 'encrypted_key', baseUrl }
}

export function createUpstreams(dependencies: AdminDependencies) {
  const { store, vault, probe } = dependencies
  const audit = audited(dependencies)

  const find = async (name: string): Promise<UpstreamKey> => {
    const found = (await store.listUpstreamKeys()).find(
      (key) => key.name === name || String(key.id) === name,
    )
    if (found === undefined)
      throw new AdminError(
        'not_found',
        `there is no upstream key '${name}'`,
        'List them with: gpt-proxy upstream list',
      )
    return found
  }

  const add = async (wish: UpstreamInput): Promise<UpstreamKey> => {
    const row = rowOf(wish)
    const secret = checkedSecret(wish.secret)
    if ((await store.listUpstreamKeys()).some(({ name }) => name === row.name)) {
      throw new AdminError(
        'conflict',
        `there is already an upstream key '${row.name}'`,
        'Choose another name, or remove that one first',
      )
    }
    const key = await store.createUpstreamKey({ ...row, keyHint: secret.slice(-4) }, (id) =>
      vault.seal(secret, bindingOf({ id, baseUrl: row.baseUrl })),
    )
    await audit('upstream.create', `upstream:${key.id}`)
    return key
  }

  /** Adds the secrets that no row of the same provider and address holds yet. */
  const importAll = async (
    wish: Omit<UpstreamInput, 'name' | 'secret'>,
    secrets: readonly string[],
  ): Promise<UpstreamKey[]> => {
    const baseUrl = checkedBaseUrl(wish.baseUrl, wish.provider)
    const rows = await store.listUpstreamKeys()
    const names = new Set(rows.map(({ name }) => name))
    const same = rows.filter((row) => row.provider === wish.provider && row.baseUrl === baseUrl)
    const held = new Set(
      same
        .map((row) => vault.open(row.encryptedKey, bindingOf(row)))
        .map((opened) => (opened.ok ? opened.secret : null)),
    )
    const added: UpstreamKey[] = []
    for (const secret of secrets) {
      if (held.has(secret)) continue
      held.add(secret)
      const name = freeName(wish.provider, names)
      added.push(await add({ ...wish, name, secret }))
    }
    return added
  }

  return {
    find,
    add,
    importAll,
    list: () => store.listUpstreamKeys(),
    async test(name: string | null): Promise<{ upstream: UpstreamKey; result: ProbeResult }[]> {
      const upstreams = name === null ? await store.listUpstreamKeys() : [await find(name)]
      return Promise.all(
        upstreams.map(async (upstream) => {
          const opened = vault.open(upstream.encryptedKey, bindingOf(upstream))
          const result = opened.ok
            ? await probe.probe(upstream, opened.secret)
            : { ok: false, status: null, latencyMs: 0, detail: opened.reason }
          return { upstream, result }
        }),
      )
    },
    async reset(name: string): Promise<UpstreamKey> {
      const { id } = await find(name)
      await store.resetUpstreamKey(id)
      await audit('upstream.reset', `upstream:${id}`)
      return find(String(id))
    },
    async setDisabled(name: string, disabled: boolean): Promise<UpstreamKey> {
      const { id } = await find(name)
      await store.setUpstreamKeyDisabled(id, disabled)
      await audit(disabled ? 'upstream.disable' : 'upstream.enable', `upstream:${id}`)
      return find(String(id))
    },
    async remove(name: string): Promise<UpstreamKey> {
      const upstream = await find(name)
      await store.removeUpstreamKey(upstream.id)
      await audit('upstream.remove', `upstream:${upstream.id}`)
      return upstream
    },
  }
}

/** The row without its secret, everything in it checked. */
function rowOf(wish: UpstreamInput): Omit<NewUpstreamKey, 'keyHint'> {
  const { provider, weight = 1 } = wish
  const models = checkedModels(wish.models ?? null)
  const deployments = checkedDeployments(wish.deployments ?? null)
  if (provider === 'azure' && deployments === null && models === null) {
    throw new AdminError(
      'invalid',
      'an azure upstream needs its deployments',
      'Add --deployment MODEL=DEPLOYMENT for each',
    )
  }
  const name = checkedName(wish.name, 'an upstream key')
  return {
    name,
    provider,
    baseUrl: checkedBaseUrl(wish.baseUrl, provider),
    weight,
    models,
    deployments,
    apiVersion: checkedApiVersion(wish.apiVersion ?? null, provider),
  }
}

function freeName(provider: string, taken: Set<string>): string {
  for (let number = 1; ; number++) {
    const name = `${provider}-${number}`
    if (taken.has(name)) continue
    taken.add(name)
    return name
  }
}
