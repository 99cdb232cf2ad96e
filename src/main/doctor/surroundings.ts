/** What the doctor's probes share: the configuration, the store if it opens, and keys that are valid for minutes. */

import { existsSync } from 'node:fs'
import type { Store } from '../../adapters/sql/store.ts'
import { closedVault } from '../../adapters/vault/closed-vault.ts'
import type { Admin } from '../../admin/admin.ts'
import type { Config } from '../../config.ts'
import { OperatorError } from '../../core/operator-error.ts'
import type { Vault } from '../../upstreams/vault.ts'
import { keyPath } from '../commands/store-files.ts'
import { openConfiguredStore } from '../compose/configured-store.ts'
import { openVault } from '../compose/keys.ts'
import { adminOver } from '../compose/open-admin.ts'
import { ask } from './ask.ts'

export interface DoctorSurroundings {
  config: Config
  /** The gateway's own address. */
  url: string
  proxyFor: (origin: string) => string | null
  /** The number of gateways on this database. */
  instances: number
  opened: OpenedStore | null
}

export interface OpenedStore {
  store: Store
  admin: Admin
  keys: ThrowAwayKeys
  close(): Promise<void>
}

export interface ThrowAwayKeys {
  /** null if the gateway does not accept it, which means that it uses another store. */
  demo(): Promise<string | null>
  limited(): Promise<string | null>
  metrics(): Promise<string | null>
  /** To be redacted from all output. */
  secrets: readonly string[]
}

/** If deleting them fails, they expire. */
const LIFETIME_MS = 5 * 60_000
const SEEN_WITHIN_MS = 3_000
export const LIMITED_RPM = 3
const MODEL = 'demo/echo'

/** Creates and migrates nothing: the caller has checked that the store exists and is current. */
export async function openForDoctor(config: Config, url: string): Promise<OpenedStore> {
  const store = await openConfiguredStore(config, undefined)
  const admin = adminOver(config, store, await vaultOf(config, store))
  const { keys, deleteAll } = throwAwayKeys(admin, url)
  return {
    store,
    admin,
    keys,
    async close() {
      await deleteAll()
      await store.close()
    },
  }
}

const NO_VAULT = closedVault(
  new OperatorError('store', 'the encryption key is not usable', 'see ENC-1'),
)

async function vaultOf(config: Config, store: Store): Promise<Vault> {
  // Opening the vault would create the key file.
  if (config.encryptionKey === null && !existsSync(keyPath(config))) return NO_VAULT
  try {
    // ENC-1 reports a key file that others can read.
    return await openVault(
      config,
      () => store.listSealedSecrets(),
      () => {},
    )
  } catch {
    return NO_VAULT
  }
}

function throwAwayKeys(admin: Admin, url: string) {
  const made: { id: number; secret: string }[] = []
  const secrets: string[] = []
  const make = async (rpm: number | null) => {
    const { secret, key } = await admin.keys.createTemporary({
      name: 'doctor',
      allowedModels: [MODEL],
      rpm,
      tpm: null,
      expiresAtMs: Date.now() + LIFETIME_MS,
    })
    made.push({ id: key.id, secret })
    secrets.push(secret)
    return (await accepted(url, secret)) ? secret : null
  }
  const keys: ThrowAwayKeys = {
    secrets,
    demo: once(() => make(null)),
    limited: once(() => make(LIMITED_RPM)),
    metrics: once(() => make(null)),
  }
  const deleteAll = async () => {
    for (const { id } of made.splice(0)) await admin.keys.deleteTemporary(id).catch(() => {})
  }
  return { keys, deleteAll }
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | null = null
  return () => {
    result ??= work()
    return result
  }
}

/** A gateway on the same store sees a new key within a second. */
async function accepted(url: string, key: string): Promise<boolean> {
  const untilMs = performance.now() + SEEN_WITHIN_MS
  while (performance.now() < untilMs) {
    try {
      // An incomplete request: no limit counts it and no upstream gets it.
      const { status } = await ask(`${url}/v1/chat/completions`, { key, body: {} })
      if (status !== 401) return status === 400
    } catch {
      return false
    }
    await Bun.sleep(50)
  }
  return false
}
