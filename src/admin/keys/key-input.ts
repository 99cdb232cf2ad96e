/** What a proxy key may do, as an operator asks for it, checked. */
import type { ApiKey } from '../../core/entities.ts'
import {
  checkedAddresses,
  checkedLabel,
  checkedLimit,
  checkedModels,
  checkedPriority,
  checkedTags,
} from '../checks.ts'
import { adminError } from '../errors.ts'
import type { KeyPatch } from '../store.ts'

export interface KeyInput {
  /** User name or id. */
  user: string
  name: string
  allowedModels?: readonly string[] | null
  expiresAtMs?: number | null
  /** Per minute; 0 is unlimited, null uses the configured default. */
  rpm?: number | null
  tpm?: number | null
  /** Requests at a time, likewise. */
  maxInFlight?: number | null
  priority?: number
  tags?: readonly string[]
  /** Refuses requests that would lose something in translation. */
  strict?: boolean
  /** Networks that may use it; null allows any. */
  allowedAddresses?: readonly string[] | null
}

/** What a key may do, and its name. */
export type Rights = Pick<
  ApiKey,
  | 'name'
  | 'allowedModels'
  | 'allowedAddresses'
  | 'rpm'
  | 'tpm'
  | 'maxInFlight'
  | 'priority'
  | 'tags'
  | 'strict'
  | 'expiresAtMs'
>

export function checkedRights(input: KeyInput): Rights {
  return {
    name: checkedLabel(input.name),
    allowedModels: checkedModels(input.allowedModels ?? null, 'allowed_models'),
    rpm: checkedLimit('rpm', input.rpm ?? null),
    tpm: checkedLimit('tpm', input.tpm ?? null),
    maxInFlight: checkedLimit('max_in_flight', input.maxInFlight ?? null),
    priority: checkedPriority(input.priority ?? 0),
    tags: checkedTags(input.tags ?? []),
    strict: input.strict ?? false,
    allowedAddresses: checkedAddresses(input.allowedAddresses ?? null),
    expiresAtMs: input.expiresAtMs ?? null,
  }
}

export function checkedPatch(patch: KeyPatch): KeyPatch {
  const { name, allowedModels, allowedAddresses, rpm, tpm, expiresAtMs } = patch
  const { maxInFlight, priority, tags, strict } = patch
  const checked: KeyPatch = {
    ...(name !== undefined && { name: checkedLabel(name) }),
    ...(allowedModels !== undefined && {
      allowedModels: checkedModels(allowedModels, 'allowed_models'),
    }),
    ...(allowedAddresses !== undefined && {
      allowedAddresses: checkedAddresses(allowedAddresses),
    }),
    ...(rpm !== undefined && { rpm: checkedLimit('rpm', rpm) }),
    ...(tpm !== undefined && { tpm: checkedLimit('tpm', tpm) }),
    ...(maxInFlight !== undefined && { maxInFlight: checkedLimit('max_in_flight', maxInFlight) }),
    ...(priority !== undefined && { priority: checkedPriority(priority) }),
    ...(tags !== undefined && { tags: checkedTags(tags) }),
    ...(strict !== undefined && { strict }),
    ...(expiresAtMs !== undefined && { expiresAtMs }),
  }
  if (Object.keys(checked).length === 0) throw adminError('nothing_to_change')
  return checked
}

export function checkExpiry(expiresAtMs: number | null | undefined, nowMs: number): void {
  if (typeof expiresAtMs === 'number' && expiresAtMs <= nowMs) throw adminError('key_expired')
}
