/** Signing in and out, and what belongs to one's own account. */
import { createRoute, z } from '@hono/zod-openapi'
import { EVERYONE, KEY_HOLDERS, OPEN, ROLES } from './access.ts'
import {
  BUSY,
  body,
  CONFLICT,
  Id,
  json,
  MISSING,
  NO_CONTENT,
  pageOf,
  REFUSALS,
  Time,
} from './common.ts'

/** Bounded, so that hashing a long one cannot slow the gateway. */
const Password = z.string().min(1).max(256)
const NewPassword = z.string().min(12, 'at least 12 characters').max(256)
const Code = z.string().regex(/^\d{6}$/, 'six digits')

export const Identity = z
  .object({
    user_id: z.number().int(),
    username: z.string(),
    role: z.enum(ROLES),
    /** How the caller proved it. */
    by: z.enum(['session', 'key']),
    has_password: z.boolean(),
    totp_enabled: z.boolean(),
    session_id: z.number().int().nullable(),
    /** Null for a key. */
    expires_at: Time.nullable(),
    /** The server's clock. */
    now: Time,
  })
  .openapi('Identity')

export const Session = z
  .object({
    id: z.number().int(),
    user_id: z.number().int(),
    username: z.string(),
    created_at: Time,
    last_seen_at: Time,
    expires_at: Time,
    address: z.string(),
    user_agent: z.string(),
    current: z.boolean(),
  })
  .openapi('Session')

export const SignInOptions = z
  .object({
    password: z.boolean(),
    /** Null if no identity provider is configured. */
    oidc: z.object({ name: z.string(), start: z.string(), available: z.boolean() }).nullable(),
    /** No user has a password yet: the setup link is the way in. */
    needs_setup: z.boolean(),
    /** The request came over HTTPS; otherwise the cookie can't be marked secure. */
    secure: z.boolean(),
    hint: z.string().nullable(),
    version: z.string(),
  })
  .openapi('SignInOptions')

export const signInOptions = createRoute({
  method: 'get',
  path: '/session/options',
  ...OPEN,
  summary: 'List the ways to sign in',
  responses: { 200: json('The ways to sign in', SignInOptions), 400: REFUSALS[400] },
})

export const signIn = createRoute({
  method: 'post',
  path: '/session',
  ...OPEN,
  summary: 'Sign in with name and password; sets the session cookie',
  request: {
    body: body(
      z.object({
        username: z.string().min(1).max(64),
        password: Password,
        /** Of the second factor, if it is on; without the code the response is 401 `totp_required`. */
        code: Code.optional(),
      }),
    ),
  },
  responses: { 200: json('Signed in', Identity), ...REFUSALS, ...BUSY },
})

export const setUp = createRoute({
  method: 'post',
  path: '/session/setup',
  ...OPEN,
  summary: 'Set a password with a one-time link, and sign in',
  request: { body: body(z.object({ token: z.string().min(1).max(200), password: NewPassword })) },
  responses: { 200: json('Signed in', Identity), ...REFUSALS, ...BUSY },
})

export const whoAmI = createRoute({
  method: 'get',
  path: '/session',
  ...EVERYONE,
  summary: 'Get the caller',
  responses: { 200: json('The caller', Identity), ...REFUSALS },
})

export const signOut = createRoute({
  method: 'delete',
  path: '/session',
  ...EVERYONE,
  summary: 'Sign out; the session cookie becomes invalid',
  responses: { ...NO_CONTENT, ...REFUSALS },
})

export const changePassword = createRoute({
  method: 'post',
  path: '/session/password',
  ...EVERYONE,
  summary: 'Change your own password; ends all other sessions',
  request: { body: body(z.object({ current: Password, password: NewPassword })) },
  responses: { ...NO_CONTENT, ...REFUSALS, ...BUSY },
})

export const startTotp = createRoute({
  method: 'post',
  path: '/session/totp',
  ...EVERYONE,
  summary: 'Set up a second factor; a code must then confirm it',
  request: { body: body(z.object({ password: Password })) },
  responses: {
    200: json('The secret, shown once', z.object({ secret: z.string(), uri: z.string() })),
    ...REFUSALS,
    ...CONFLICT,
    ...BUSY,
  },
})

export const confirmTotp = createRoute({
  method: 'post',
  path: '/session/totp/confirm',
  ...EVERYONE,
  summary: 'Confirm the second factor and turn it on',
  request: { body: body(z.object({ code: Code })) },
  responses: { ...NO_CONTENT, ...REFUSALS, ...CONFLICT, ...BUSY },
})

export const removeTotp = createRoute({
  method: 'post',
  path: '/session/totp/remove',
  ...EVERYONE,
  summary: 'Turn the second factor off',
  request: { body: body(z.object({ password: Password, code: Code })) },
  responses: { ...NO_CONTENT, ...REFUSALS, ...BUSY },
})

export const listSessions = createRoute({
  method: 'get',
  path: '/sessions',
  ...EVERYONE,
  summary: 'List your own sessions; admins see those of `user_id`, or all',
  request: { query: z.object({ user_id: Id.optional(), all: z.stringbool().optional() }) },
  responses: { 200: json('Sessions', pageOf(Session)), ...REFUSALS },
})

export const endSession = createRoute({
  method: 'delete',
  path: '/sessions/{id}',
  ...EVERYONE,
  summary: 'End one of your own sessions; admins can end any',
  request: { params: z.object({ id: Id }) },
  responses: { ...NO_CONTENT, ...REFUSALS, ...MISSING },
})

export const OwnKey = z
  .object({
    name: z.string(),
    prefix: z.string(),
    username: z.string(),
    status: z.string(),
    expires_at: Time.nullable(),
    allowed_models: z.array(z.string()).nullable(),
    rpm: z.number().int().nullable(),
    tpm: z.number().int().nullable(),
    quota_tokens: z.number().int().nullable(),
    used_tokens: z.number().int(),
    left_tokens: z.number().int().nullable(),
    resets_at: Time,
    /** Of this key, this month. */
    requests: z.number().int(),
    tokens: z.number().int(),
    cost_usd: z.number().nullable(),
    days: z.array(
      z.object({
        day: z.string(),
        requests: z.number().int(),
        tokens: z.number().int(),
        cost_usd: z.number().nullable(),
      }),
    ),
    models: z.array(z.string()),
  })
  .openapi('OwnKey')

export const ownKey = createRoute({
  method: 'get',
  path: '/key',
  ...KEY_HOLDERS,
  summary: 'Get the quota and usage of the proxy key that is sent',
  responses: { 200: json('The key', OwnKey), ...REFUSALS },
})
