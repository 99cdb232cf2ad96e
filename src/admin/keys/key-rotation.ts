/** When a proxy key is refused, and the rules of its rotation. */
import type { StandingRefusal } from '../../access/key-activity.ts'
import type { ApiKey } from '../../core/entities.ts'
import type { RecordChange } from '../changes.ts'
import { keyView } from '../contract.ts'
import { adminError } from '../errors.ts'
import type { AdminStore } from '../store.ts'

/** An earlier expiry of the old key still applies. */
export async function supersede(
  step: AdminStore,
  record: RecordChange,
  { old, by, atMs }: { old: ApiKey; by: ApiKey; atMs: number | null },
): Promise<void> {
  const endsAtMs = atMs === null ? null : Math.min(old.expiresAtMs ?? atMs, atMs)
  const ended = await step.supersedeApiKey(old, { id: by.id, atMs: endsAtMs })
  if (ended === null)
    throw adminError('key_rotated', { key: old.prefix, by: 'another key at the same time' })
  const action = atMs === null ? 'key.revoke' : 'key.retire'
  await record(action, `key:${old.id}`, { before: keyView(old), after: keyView(ended) })
}

/** Returns the keys that still work and were rotated to `old`. */
export async function assertMayRotate(
  step: AdminStore,
  old: ApiKey,
  { graceMs, nowMs }: { graceMs: number; nowMs: number },
): Promise<ApiKey[]> {
  const works = (key: ApiKey | null) => key !== null && refusalOfKey(key, nowMs) === null
  const successor = old.rotatedTo === null ? null : await step.findApiKey(old.rotatedTo)
  if (successor !== null && works(successor))
    throw adminError('key_rotated', { key: old.prefix, by: successor.prefix })
  const [earlier, ...more] = (await step.findPredecessors(old.id)).filter(works)
  if (earlier !== undefined && graceMs > 0)
    throw adminError('key_in_grace', { key: old.prefix, earlier: earlier.prefix })
  return earlier === undefined ? [] : [earlier, ...more]
}

export function refusalOfKey(key: ApiKey, nowMs: number): StandingRefusal | null {
  if (key.status === 'revoked') return 'revoked'
  return key.expiresAtMs !== null && key.expiresAtMs <= nowMs ? 'expired' : null
}
