/** Imports many upstream keys, all or none, and tracks those removed on purpose. */

import type { UpstreamKey } from '../../core/entities.ts'
import type { ProviderName } from '../../core/providers/providers.ts'
import { keyHint } from '../../core/text/credential-text.ts'
import { bindingOf } from '../../upstreams/vault.ts'
import type { Actor, MakeChange, RecordChange } from '../changes.ts'
import { looksLikeSecret } from '../checks.ts'
import { upstreamView } from '../contract.ts'
import type { AdminDependencies } from '../dependencies.ts'
import { adminError } from '../errors.ts'
import { allUpstreamKeys } from '../pages.ts'
import type { AdminStore } from '../store.ts'
import { type CheckedUpstream, checkedUpstream, type UpstreamInput } from './upstream-input.ts'

/** A key and its source, for the message that rejects it. */
export interface GivenSecret {
  secret: string
  /** Counted from 1. */
  line: number
}

export interface Imported {
  added: UpstreamKey[]
  /** The line of each one of `added`. */
  addedLines: number[]
  /** Already stored, or given twice. */
  known: number
  /** Removed earlier; imported again only on explicit request. */
  removedBefore: number
}

export interface ImportOptions {
  /** Also imports keys that were removed before, because the caller asks for them explicitly. */
  again: boolean
}

export type UpstreamImport = ReturnType<typeof createUpstreamImport>

type Row = CheckedUpstream & { name: string; secret: string }

export function createUpstreamImport({ vault, sha256Hex }: AdminDependencies, change: MakeChange) {
  /** Identifies the key permanently without storing it; includes the address, as the ciphertext does. */
  const digestOf = (provider: ProviderName, baseUrl: string, secret: string): string =>
    sha256Hex(JSON.stringify([provider, baseUrl, secret]))

  const insert = async (
    step: AdminStore,
    record: RecordChange,
    { secret, ...row }: Row,
  ): Promise<UpstreamKey> => {
    await refuseOwnKey(step, sha256Hex(secret))
    const key = await step.createUpstreamKey({ ...row, keyHint: keyHint(secret) }, (id) =>
      vault.seal(secret, bindingOf({ id, baseUrl: row.baseUrl })),
    )
    await step.forgetRemoval(digestOf(row.provider, row.baseUrl, secret), key.id)
    await record('upstream.create', `upstream:${key.id}`, { after: upstreamView(key) })
    return key
  }

  /** Adds the secrets that no row of the same provider and address holds yet; all of them or none. */
  const importAll = async (
    actor: Actor,
    input: Omit<UpstreamInput, 'name' | 'secret'>,
    given: readonly GivenSecret[],
    { again }: ImportOptions,
  ): Promise<Imported> => {
    const row = checkedUpstream(input)
    const wrong = given.find(({ secret }) => !looksLikeSecret(secret))
    if (wrong !== undefined) throw adminError('secret_line_invalid', { line: wrong.line })
    return change(actor, async (step, record) => {
      const items = await allUpstreamKeys(step)
      const nextName = freeNames(row.provider, new Set(items.map(({ name }) => name)))
      const held = heldSecrets(items, row)
      const imported: Imported = { added: [], addedLines: [], known: 0, removedBefore: 0 }
      for (const { secret, line } of given) {
        if (held.has(secret)) imported.known++
        else if (!again && (await step.wasRemoved(digestOf(row.provider, row.baseUrl, secret))))
          imported.removedBefore++
        else {
          held.add(secret)
          imported.added.push(await insert(step, record, { ...row, name: nextName(), secret }))
          imported.addedLines.push(line)
        }
      }
      return imported
    })
  }

  const heldSecrets = (rows: readonly UpstreamKey[], like: CheckedUpstream): Set<string> => {
    const secrets = new Set<string>()
    for (const row of rows) {
      if (row.provider !== like.provider || row.baseUrl !== like.baseUrl) continue
      const opened = vault.open(row.encryptedKey, bindingOf(row))
      if (opened.ok) secrets.add(opened.secret)
    }
    return secrets
  }

  return {
    insert,
    /** The secrets of these rows that have the same provider and address. */
    heldSecrets,
    importAll,
    /** A row that can't be decrypted can't be matched either. */
    async rememberRemoval(step: AdminStore, upstream: UpstreamKey): Promise<void> {
      const opened = vault.open(upstream.encryptedKey, bindingOf(upstream))
      if (!opened.ok) return
      const { id, provider, baseUrl } = upstream
      await step.rememberRemoval(digestOf(provider, baseUrl, opened.secret), id)
    },
  }
}

/** The names `provider-1`, `provider-2` and so on, without those that are taken. */
function freeNames(provider: string, taken: ReadonlySet<string>): () => string {
  let number = 0
  return () => {
    do number++
    while (taken.has(`${provider}-${number}`))
    return `${provider}-${number}`
  }
}

/** With a proxy key of this gateway, at its own address, every request would come back to it without end. */
export async function refuseOwnKey(step: AdminStore, keyHash: string): Promise<void> {
  if ((await step.findApiKeyByHash(keyHash)) !== null) throw adminError('secret_is_proxy_key')
}
