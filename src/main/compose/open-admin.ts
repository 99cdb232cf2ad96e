/** Opens the store and the vault for the use cases, and prepares a new installation. */
import { createHmac, randomBytes } from 'node:crypto'
import { accessSync, constants, mkdirSync } from 'node:fs'
import { createArgon2 } from '../../adapters/passwords/argon2.ts'
import type { LeaseCalls } from '../../adapters/sql/change-watch.ts'
import type { Store } from '../../adapters/sql/store.ts'
import { otpauth } from '../../adapters/totp/otpauth.ts'
import { createUpstreamTransport } from '../../adapters/upstream/upstream-transport.ts'
import { type Admin, createAdmin } from '../../admin/admin.ts'
import type { Actor } from '../../admin/changes.ts'
import type { FirstStartReport, OpenAdmin } from '../../cli/context.ts'
import { importFromVariables } from '../../cli/variable-imports.ts'
import type { Config } from '../../config.ts'
import type { Logger } from '../../core/logger.ts'
import { OperatorError } from '../../core/operator-error.ts'
import { authorizedTransport } from '../../providers/authorized-transport.ts'
import type { Vault } from '../../upstreams/vault.ts'
import { openConfiguredStore, type SharableStore, tablesOf } from './configured-store.ts'
import { createRenewableCredentials } from './credentials.ts'
import { sha256Hex } from './digest.ts'
import { readFirstStart, writeFirstStart } from './first-start-file.ts'
import { openVault } from './keys.ts'
import { outgoingProxy } from './outgoing-proxy.ts'
import { assertNotEmptied, assertStore, type IfMissing } from './store-presence.ts'
import { upstreamProbe } from './upstream-probe.ts'

export const GATEWAY_ACTOR: Actor = { name: 'gateway', address: null }

export interface OpenedAdmin {
  store: SharableStore
  vault: Vault
  admin: Admin
}

export interface OpenAdminOptions {
  logger?: Logger
  /** If several threads hold leases of the same quotas. */
  leaseCalls?: LeaseCalls | undefined
  /** Receives problems that do not prevent the start. */
  warn: (message: string) => void
  ifMissing: IfMissing
}

/** The store at the newest schema. */
export async function openStore(
  config: Config,
  { logger, warn, ifMissing, leaseCalls }: OpenAdminOptions,
): Promise<OpenedAdmin> {
  if (assertStore(config, ifMissing)) assertNotEmptied(config, tablesOf(config))
  ensureDataDir(config.dataDir)
  const store = await openConfiguredStore(config, logger, leaseCalls)
  try {
    const vault = await openVault(config, () => store.listSealedSecrets(), warn)
    return { store, vault, admin: adminOver(config, store, vault) }
  } catch (error) {
    await store.close()
    throw error
  }
}

export function adminOver(config: Config, store: Store, vault: Vault): Admin {
  const transport = createUpstreamTransport({
    connectTimeoutMs: config.upstreamConnectTimeoutMs,
    http2: config.upstreamHttp2,
    proxyFor: outgoingProxy(config.outgoingProxies),
  })
  return createAdmin({
    store,
    vault,
    probe: upstreamProbe(
      authorizedTransport(
        transport,
        createRenewableCredentials(config, () => Date.now()),
      ),
    ),
    sha256Hex,
    randomBytes: (count) => new Uint8Array(randomBytes(count)),
    nowMs: () => Date.now(),
    hasher: createArgon2(),
    totp: otpauth,
    sign: (key, text) => createHmac('sha256', key).update(text).digest('base64url'),
    defaultMonthlyQuotaTokens: config.defaultMonthlyQuotaTokens,
    usageRetentionDays: config.usageRetentionDays,
  })
}

export async function openAdmin(config: Config, options: OpenAdminOptions): Promise<OpenAdmin> {
  const { admin, store } = await openStore(config, options)
  return { ...admin, exclusively: store.exclusively, close: () => store.close() }
}

/**
 * First users and keys where there are none; upstream keys from the variables where they are new.
 * The keys are kept in a file until they were seen: what comes after may fail.
 */
export function prepareStore(
  { admin, exclusively }: { admin: Admin; exclusively: Store['exclusively'] },
  config: Config,
): Promise<FirstStartReport> {
  // If several instances start at once on a new database, only one creates them.
  return exclusively(async () => {
    const secrets = await admin.firstStart(GATEWAY_ACTOR)
    // Before anything else can fail: the plain keys are available only here.
    if (secrets !== null) writeFirstStart(config, secrets)
    const imported = await importFromVariables(admin, config, {
      actor: GATEWAY_ACTOR,
      again: false,
    })
    const { added, removedBefore } = imported
    return {
      imported: added,
      removedBefore,
      isFirst: secrets !== null,
      unseenKeys: readFirstStart(config),
    }
  })
}

export function ensureDataDir(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    accessSync(dataDir, constants.W_OK)
  } catch (error) {
    const { code } = error as { code?: string }
    throw new OperatorError(
      'configuration',
      `DATA_DIR ${dataDir} can't be written to (${code ?? 'unknown'})`,
      'Make it writable for this user, or set DATA_DIR to another folder.',
    )
  }
}
