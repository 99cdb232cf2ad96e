/**
 * The use cases that commands run. There are two implementations: those of the store here (`admin.ts`), and those
 * of another gateway, through its admin API (`adapters/remote-admin/`). Secrets and digests never leave a gateway,
 * so commands do without them.
 */
import type { ApiKey, ModelState, UpstreamKey, User } from '../core/entities.ts'
import type { Month } from '../core/time/month.ts'
import type { ProbeResult } from '../upstreams/probe.ts'
import type { Admin } from './admin.ts'
import type { Actor } from './changes.ts'
import type { KeyInput } from './keys/key-input.ts'
import type { KeyListInput, ShownKey } from './keys/keys.ts'
import type { KeyPatch } from './store.ts'
import type { Page, UpstreamQuery } from './store-queries.ts'
import type { GivenSecret, ImportOptions } from './upstreams/upstream-import.ts'
import type { UpstreamChanges, UpstreamInput } from './upstreams/upstream-input.ts'
import type { Reconciliation } from './usage/quotas.ts'

export type KeyRow = Omit<ApiKey, 'keyHash'>
export type UpstreamRow = Omit<UpstreamKey, 'encryptedKey'>

export interface CommandAdmin {
  users: Pick<Admin['users'], 'find' | 'list' | 'create' | 'update' | 'rename' | 'delete'>
  keys: CommandKeys
  upstreams: CommandUpstreams
  models: Pick<Admin['models'], 'list' | 'find' | 'set' | 'remove' | 'explain'>
  quotas: Pick<Admin['quotas'], 'show' | 'set' | 'reset'> & {
    reconcile(month: Month | null): Promise<Reconciliation>
    repair(actor: Actor, month: Month | null): Promise<Reconciliation>
  }
  prices: Admin['prices']
  usage: Admin['usage']
  audit: Admin['audit']
  encryption: Pick<Admin['encryption'], 'status' | 'rotate'> & {
    activeKeyId(): string | Promise<string>
  }
  identity: {
    setPassword(actor: Actor, name: string, password: string): Promise<Pick<User, 'username'>>
  }
  /** A one-time link to the console with which the user sets a password. */
  consoleLink(actor: Actor, user: string): Promise<{ link: string; expiresAtMs: number }>
}

/** `secret` is available only here. */
export interface MintedKeyRow {
  secret: string
  key: KeyRow
}

export interface CommandKeys {
  list(query?: KeyListInput): Promise<Page<KeyRow>>
  show(
    name: string,
  ): Promise<Omit<ShownKey, 'key' | 'user'> & { key: KeyRow; user: Pick<User, 'username'> | null }>
  create(actor: Actor, input: KeyInput): Promise<MintedKeyRow>
  update(actor: Actor, name: string, patch: KeyPatch): Promise<KeyRow>
  revoke(actor: Actor, name: string): Promise<KeyRow>
  rotate(actor: Actor, name: string, graceMs?: number): Promise<MintedKeyRow>
}

export interface CommandUpstreams {
  list(query?: UpstreamQuery): Promise<Page<UpstreamRow>>
  modelStates(): Promise<ModelState[]>
  add(actor: Actor, input: UpstreamInput): Promise<UpstreamRow>
  importAll(
    actor: Actor,
    input: Omit<UpstreamInput, 'name' | 'secret'>,
    given: readonly GivenSecret[],
    options: ImportOptions,
  ): Promise<{ added: readonly unknown[]; removedBefore: number }>
  update(actor: Actor, name: string, changes: UpstreamChanges): Promise<UpstreamRow>
  setDisabled(actor: Actor, name: string, disabled: boolean): Promise<UpstreamRow>
  reset(actor: Actor, name: string): Promise<UpstreamRow>
  remove(actor: Actor, name: string): Promise<UpstreamRow>
  test(
    name: string | null,
  ): Promise<readonly { upstream: Pick<UpstreamRow, 'name'>; result: ProbeResult }[]>
}
