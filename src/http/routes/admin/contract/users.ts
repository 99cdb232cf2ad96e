/** Users, their quotas and their way in. */
import { createRoute, z } from '@hono/zod-openapi'
import { ADMIN, EVERYONE, READERS, ROLES } from './access.ts'
import {
  BUSY,
  body,
  CONFLICT,
  IdempotencyKey,
  IdPath,
  IfMatch,
  json,
  Limit,
  MISSING,
  NO_CONTENT,
  PageQuery,
  pageOf,
  REFUSALS,
  Search,
  STALE,
  Time,
  versioned,
} from './common.ts'

export const Quota = z
  .object({
    /** Null: no quota. */
    quota_tokens: z.number().int().nullable(),
    quota_from: z.enum(['default', 'user']),
    used_tokens: z.number().int(),
    /** Reserved for requests that are running. */
    leased_tokens: z.number().int(),
    left_tokens: z.number().int().nullable(),
    resets_at: Time,
  })
  .openapi('Quota')

export const User = z
  .object({
    id: z.number().int(),
    username: z.string(),
    email: z.string().nullable(),
    role: z.enum(ROLES),
    status: z.enum(['active', 'disabled']),
    monthly_quota_tokens: Limit,
    /** Requests at a time of all keys together, over all instances. */
    max_in_flight: Limit,
    created_at: Time,
    has_password: z.boolean(),
    totp_enabled: z.boolean(),
    active_keys: z.number().int(),
    last_used_at: Time.nullable(),
    quota: Quota,
    /** This month; null if no price is known. */
    cost_usd: z.number().nullable(),
    requests: z.number().int(),
  })
  .openapi('User')

const Username = z.string().min(1).max(64)
const Email = z.string().max(254).nullable()

export const NewUser = z
  .object({
    username: Username,
    email: Email.optional(),
    role: z.enum(ROLES).optional(),
    monthly_quota_tokens: Limit.optional(),
    max_in_flight: Limit.optional(),
  })
  .strict()
  .openapi('NewUser')

/** What is not sent stays as it is; null clears it. */
export const UserChange = z
  .object({
    username: Username,
    email: Email,
    role: z.enum(ROLES),
    status: z.enum(['active', 'disabled']),
    monthly_quota_tokens: Limit,
    max_in_flight: Limit,
  })
  .partial()
  .strict()
  .openapi('UserChange')

export const listUsers = createRoute({
  method: 'get',
  path: '/users',
  ...READERS,
  summary: 'List users, by name',
  request: {
    query: PageQuery.extend({
      search: Search,
      role: z.enum(ROLES).optional(),
      status: z.enum(['active', 'disabled']).optional(),
    }),
  },
  responses: { 200: json('A page of users', pageOf(User)), ...REFUSALS },
})

export const createUser = createRoute({
  method: 'post',
  path: '/users',
  ...ADMIN,
  summary: 'Create a user',
  request: { headers: IdempotencyKey, body: body(NewUser) },
  responses: {
    200: versioned('Already created with this Idempotency-Key', User),
    201: versioned('Created', User),
    ...REFUSALS,
    ...CONFLICT,
  },
})

export const getUser = createRoute({
  method: 'get',
  path: '/users/{id}',
  ...EVERYONE,
  summary: 'Get a user; users see only themselves',
  request: { params: IdPath },
  responses: { 200: versioned('The user', User), ...REFUSALS, ...MISSING },
})

export const updateUser = createRoute({
  method: 'patch',
  path: '/users/{id}',
  ...ADMIN,
  summary: 'Update a user',
  request: { params: IdPath, headers: IfMatch, body: body(UserChange) },
  responses: {
    200: versioned('The new state', User),
    ...REFUSALS,
    ...MISSING,
    ...CONFLICT,
    ...STALE,
  },
})

export const removeUser = createRoute({
  method: 'delete',
  path: '/users/{id}',
  ...ADMIN,
  summary: 'Delete a user and their keys; past usage keeps the names',
  request: { params: IdPath, headers: IfMatch },
  responses: { ...NO_CONTENT, ...REFUSALS, ...MISSING, ...CONFLICT, ...STALE },
})

export const linkForUser = createRoute({
  method: 'post',
  path: '/users/{id}/setup-link',
  ...ADMIN,
  summary: 'Create a one-time link with which the user sets a password',
  request: { params: IdPath },
  responses: {
    200: json('The link, shown once', z.object({ url: z.string(), expires_at: Time })),
    ...REFUSALS,
    ...MISSING,
    ...CONFLICT,
  },
})

export const setPasswordOfUser = createRoute({
  method: 'put',
  path: '/users/{id}/password',
  ...ADMIN,
  summary: 'Set the password of a user; ends all sessions and removes the second factor',
  request: {
    params: IdPath,
    body: body(z.object({ password: z.string().min(1).max(1000) }).strict()),
  },
  responses: { ...NO_CONTENT, ...REFUSALS, ...MISSING, ...CONFLICT, ...BUSY },
})

export const endSessionsOfUser = createRoute({
  method: 'delete',
  path: '/users/{id}/sessions',
  ...ADMIN,
  summary: 'Sign a user out everywhere',
  request: { params: IdPath },
  responses: {
    200: json('How many sessions were ended', z.object({ ended: z.number().int() })),
    ...REFUSALS,
    ...MISSING,
  },
})

export const resetQuota = createRoute({
  method: 'post',
  path: '/users/{id}/quota/reset',
  ...ADMIN,
  summary: 'Reset the usage of a user for the month; the records stay',
  request: { params: IdPath },
  responses: { 200: json('The new state', Quota), ...REFUSALS, ...MISSING },
})

const MonthQuery = z.object({
  month: z
    .string()
    .regex(/^\d{4}-(0[1-9]|1[0-2])$/, 'a month such as 2026-11')
    .optional(),
})

export const listQuotas = createRoute({
  method: 'get',
  path: '/quotas',
  ...READERS,
  summary: 'List the quota of each user and its usage in a month',
  request: { query: PageQuery.extend(MonthQuery.shape).extend({ search: Search }) },
  responses: {
    200: json(
      'A page of quotas',
      pageOf(Quota.extend({ user_id: z.number().int(), username: z.string() })),
    ),
    ...REFUSALS,
  },
})

export const reconcileQuotas = createRoute({
  method: 'post',
  path: '/quotas/reconcile',
  ...ADMIN,
  summary: 'Check the monthly totals against the usage records, and repair them if asked',
  request: {
    body: body(MonthQuery.extend({ repair: z.boolean().default(false) }).strict()),
  },
  responses: {
    200: json(
      'What differs',
      z.object({
        repaired: z.boolean(),
        different: z.array(
          z.object({
            table: z.string(),
            figure: z.string(),
            user_id: z.number().int().nullable(),
            user: z.string().nullable(),
            rows: z.number().int(),
            recorded: z.number(),
            summed: z.number(),
          }),
        ),
        stale_leases: z.array(
          z.object({
            user_id: z.number().int(),
            user: z.string().nullable(),
            month: z.string(),
            instance: z.string(),
            tokens: z.number().int(),
            updated_at: z.string(),
          }),
        ),
      }),
    ),
    ...REFUSALS,
  },
})
