/** Proxy keys: the secret is shown by `create` and `rotate`, once. */
import { createRoute, z } from '@hono/zod-openapi'
import type { RefusalReason } from '../../../../access/key-activity.ts'
import { MAX_KEY_DAYS } from '../../../../admin/keys/keys.ts'
import { EVERYONE, OWNERS } from './access.ts'
import {
  body,
  CONFLICT,
  Id,
  IdempotencyKey,
  IdPath,
  IfMatch,
  json,
  Limit,
  MISSING,
  PageQuery,
  pageOf,
  REFUSALS,
  Search,
  STALE,
  Tags,
  Time,
  versioned,
} from './common.ts'

const REFUSAL_REASONS = [
  'revoked',
  'expired',
  'user disabled',
] as const satisfies readonly RefusalReason[]

export const KEY_STATES = ['active', 'retiring', 'expired', 'revoked'] as const

export const Key = z
  .object({
    id: z.number().int(),
    user_id: z.number().int(),
    username: z.string(),
    name: z.string(),
    prefix: z.string(),
    status: z.enum(['active', 'revoked']),
    /** `status` and `expires_at` in one word; `retiring`: rotated, and valid until `expires_at`. */
    state: z.enum(KEY_STATES),
    allowed_models: z.array(z.string()).nullable(),
    /** Per minute; 0: no limit, null: the configured default. */
    rpm: Limit,
    tpm: Limit,
    /** Requests at a time, over all instances; 0 and null as above. */
    max_in_flight: Limit,
    /** Of requests that have to wait, those of the highest priority go first. */
    priority: z.number().int(),
    /** Words that the conditions of models name. */
    tags: z.array(z.string()),
    /** Requests that would lose something in translation are refused. */
    strict: z.boolean(),
    /** Networks that may use it, e.g. `10.0.0.0/8`; null is everywhere. */
    allowed_addresses: z.array(z.string()).nullable(),
    expires_at: Time.nullable(),
    created_at: Time,
    /** To within a minute. */
    last_used_at: Time.nullable(),
    /** Of the last 60 seconds at the answering instance. */
    minute: z.object({ requests: z.number().int(), tokens: z.number().int() }),
    /** The key that replaces it. */
    rotated_to: z.number().int().nullable(),
  })
  .openapi('Key')

/** `secret` is null when an Idempotency-Key is used a second time: it is not stored. */
export const CreatedKey = Key.extend({
  secret: z.string().nullable(),
  replayed: z.boolean(),
}).openapi('CreatedKey')

const rights = {
  name: z.string().min(1).max(64),
  allowed_models: z.array(z.string().min(1).max(200)).max(1000).nullable(),
  rpm: Limit,
  tpm: Limit,
  max_in_flight: Limit,
  priority: z.number().int().min(0).max(100),
  tags: Tags,
  strict: z.boolean(),
  allowed_addresses: z.array(z.string().min(1).max(64)).max(200).nullable(),
  expires_at: Time.nullable(),
}

export const NewKey = z
  .object({ ...z.object(rights).partial().shape, name: rights.name, user_id: z.number().int() })
  .strict()
  .openapi('NewKey')

/** What is not sent stays as it is; null clears it. */
export const KeyChange = z.object(rights).partial().strict().openapi('KeyChange')

const created = {
  200: versioned('Already created with this Idempotency-Key; without its secret', CreatedKey),
  201: versioned('Created; the secret is shown only now', CreatedKey),
}

export const listKeys = createRoute({
  method: 'get',
  path: '/keys',
  ...EVERYONE,
  summary: 'List keys, the newest first; users see only their own',
  request: {
    query: PageQuery.extend({
      user_id: Id.optional(),
      search: Search,
      state: z.enum(KEY_STATES).optional(),
      /** Not used for at least this many days. */
      unused_days: z.coerce.number().int().min(1).max(MAX_KEY_DAYS).optional(),
      expires_within_days: z.coerce.number().int().min(1).max(MAX_KEY_DAYS).optional(),
    }),
  },
  responses: { 200: json('A page of keys', pageOf(Key)), ...REFUSALS },
})

export const createKey = createRoute({
  method: 'post',
  path: '/keys',
  ...OWNERS,
  summary: 'Create a key; users can create keys only for themselves',
  request: { headers: IdempotencyKey, body: body(NewKey) },
  responses: { ...created, ...REFUSALS, ...MISSING, ...CONFLICT },
})

export const getKey = createRoute({
  method: 'get',
  path: '/keys/{id}',
  ...EVERYONE,
  summary: 'Get a key',
  request: { params: IdPath },
  responses: { 200: versioned('The key', Key), ...REFUSALS, ...MISSING },
})

export const keyActivity = createRoute({
  method: 'get',
  path: '/keys/{id}/activity',
  ...EVERYONE,
  summary: 'Get when a key was last used and refused, and why it would be refused now',
  request: { params: IdPath },
  responses: {
    200: json(
      'Its activity',
      z.object({
        /** Null if it would be accepted. */
        refused_because: z.enum(REFUSAL_REASONS).nullable(),
        last_used_at: Time.nullable(),
        last_refused_at: Time.nullable(),
        last_refusal: z.string().nullable(),
        last_refused_address: z.string().nullable(),
      }),
    ),
    ...REFUSALS,
    ...MISSING,
  },
})

export const updateKey = createRoute({
  method: 'patch',
  path: '/keys/{id}',
  ...OWNERS,
  summary: 'Update a key; users can only restrict their own',
  request: { params: IdPath, headers: IfMatch, body: body(KeyChange) },
  responses: {
    200: versioned('The new state', Key),
    ...REFUSALS,
    ...MISSING,
    ...CONFLICT,
    ...STALE,
  },
})

export const revokeKey = createRoute({
  method: 'post',
  path: '/keys/{id}/revoke',
  ...OWNERS,
  summary: 'Revoke a key; it is refused on all instances within a second',
  request: { params: IdPath },
  responses: { 200: versioned('The new state', Key), ...REFUSALS, ...MISSING },
})

export const rotateKey = createRoute({
  method: 'post',
  path: '/keys/{id}/rotate',
  ...OWNERS,
  summary:
    'Rotate a key: a new secret with the same rights; the old one works for another `grace_seconds`',
  request: {
    params: IdPath,
    headers: IdempotencyKey,
    body: body(
      z
        .object({
          grace_seconds: z
            .number()
            .int()
            .min(0)
            .max(90 * 86_400)
            .default(0),
        })
        .strict(),
    ),
  },
  responses: { ...created, ...REFUSALS, ...MISSING, ...CONFLICT },
})
