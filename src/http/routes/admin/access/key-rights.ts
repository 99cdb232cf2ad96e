/** What users may do with their own keys: nothing that gives them more than an admin gave them. */
import type { Rights as KeyRights } from '../../../../admin/keys/key-input.ts'
import type { KeyPatch } from '../../../../admin/store.ts'
import { ApiError, type FieldProblem } from '../frame/api-error.ts'
import type { AdminApiParts } from '../frame/parts.ts'

type Rights = Omit<KeyRights, 'name'>

/** Throws ApiError with each field that would widen the key. */
export function assertNarrower(key: Rights, patch: KeyPatch): void {
  const fields = widened(key, patch)
  if (fields.length > 0)
    throw new ApiError('role_not_allowed', {
      message: `only an admin can widen a key: ${fields.map(({ field }) => field).join(', ')}`,
      fields,
    })
}

/** Each key has rate limits of its own, so users can't create any number of them. */
const MAX_OWN_KEYS = 20

/** A new key needs the admin's permission, and one of the user's keys that allows at least as much. */
export async function assertMayCreate(
  { admin }: AdminApiParts,
  userId: number,
  patch: KeyPatch,
): Promise<void> {
  if (!(await admin.settings.read()).usersMayCreateKeys)
    throw new ApiError('role_not_allowed', {
      message: 'only an admin can create keys; an admin can allow it in the settings',
    })
  const { items } = await admin.keys.list({ user: String(userId), state: 'active' })
  if (items.length >= MAX_OWN_KEYS)
    throw new ApiError('role_not_allowed', {
      message: `you have ${items.length} active keys, and users can create at most ${MAX_OWN_KEYS}; revoke one, or ask an admin`,
    })
  const full: KeyPatch = {
    allowedModels: null,
    allowedAddresses: null,
    rpm: null,
    tpm: null,
    maxInFlight: null,
    priority: 0,
    tags: [],
    strict: false,
    expiresAtMs: null,
    ...patch,
  }
  if (!items.some((key) => widened(key, full).length === 0))
    throw new ApiError('role_not_allowed', {
      message: 'a new key may not allow more than one that you have; an admin can make a wider one',
    })
}

function widened(key: Rights, patch: KeyPatch): FieldProblem[] {
  const problem = (field: string, isWider: boolean, message: string): FieldProblem[] =>
    isWider ? [{ field, message }] : []
  const { allowedModels, allowedAddresses, rpm, tpm, expiresAtMs } = patch
  const { maxInFlight, priority, tags, strict } = patch
  return [
    ...problem(
      'allowed_models',
      allowedModels !== undefined && !isCovered(allowedModels, key.allowedModels),
      'holds a model that the key does not allow',
    ),
    ...problem(
      'allowed_addresses',
      allowedAddresses !== undefined && !isCovered(allowedAddresses, key.allowedAddresses),
      'holds an address that the key does not allow',
    ),
    ...problem('rpm', rpm !== undefined && isHigher(rpm, key.rpm), 'is higher than before'),
    ...problem('tpm', tpm !== undefined && isHigher(tpm, key.tpm), 'is higher than before'),
    ...problem(
      'max_in_flight',
      maxInFlight !== undefined && isHigher(maxInFlight, key.maxInFlight),
      'is higher than before',
    ),
    ...problem(
      'priority',
      priority !== undefined && priority > key.priority,
      'is higher than before',
    ),
    // Tags decide which targets serve the key: a missing one may allow as much as a further one.
    ...problem(
      'tags',
      tags !== undefined && !isSame(tags, key.tags),
      'are not those of the key; only an admin changes them',
    ),
    ...problem('strict', strict === false && key.strict, 'is true for the key'),
    ...problem(
      'expires_at',
      expiresAtMs !== undefined &&
        (expiresAtMs ?? Number.POSITIVE_INFINITY) > (key.expiresAtMs ?? Number.POSITIVE_INFINITY),
      'is later than before',
    ),
  ]
}

function isSame(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((each) => others.includes(each))
}

/** Word by word: whether one pattern contains another is not guessed. */
function isCovered(given: readonly string[] | null, allowed: readonly string[] | null): boolean {
  if (allowed === null) return true
  return given !== null && given.length > 0 && given.every((each) => allowed.includes(each))
}

/** 0 is no limit. Null is the configured default, whose value is unknown here. */
function isHigher(given: number | null, limit: number | null): boolean {
  if (given === limit || limit === 0) return false
  if (given === null || limit === null) return true
  return given === 0 || given > limit
}
