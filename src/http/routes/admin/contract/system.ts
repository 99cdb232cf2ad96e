/** The installation itself: doctor, audit log, settings, encryption, playground. */
import { createRoute, z } from '@hono/zod-openapi'
import { ADMIN, EVERYONE, OPEN, OWNERS, READERS } from './access.ts'
import {
  body,
  CONFLICT,
  Id,
  IfMatch,
  json,
  MISSING,
  PageQuery,
  pageOf,
  REFUSALS,
  STALE,
  Time,
  versioned,
} from './common.ts'

export const doctor = createRoute({
  method: 'get',
  path: '/doctor',
  ...READERS,
  summary: 'Run the doctor on the gateway that answers',
  request: {
    query: z.object({
      /** Checks, separated by commas; all if absent. */
      only: z.string().max(500).optional(),
      lang: z.string().max(20).optional(),
      user: z.string().max(64).optional(),
      request: z.string().max(200).optional(),
      model: z.string().max(200).optional(),
      tokens: z.coerce.number().int().min(1).optional(),
    }),
  },
  responses: { 200: json('The report', z.looseObject({})), ...REFUSALS },
})

export const AuditEntry = z
  .object({
    id: z.number().int(),
    at: Time,
    actor: z.string(),
    address: z.string().nullable(),
    action: z.string(),
    subject: z.string(),
    /** The name it had, for people. */
    subject_name: z.string().nullable(),
    before: z.record(z.string(), z.unknown()).nullable(),
    after: z.record(z.string(), z.unknown()).nullable(),
  })
  .openapi('AuditEntry')

export const AuditFilter = z.object({
  from: Time.optional(),
  until: Time.optional(),
  actor: z.string().max(64).optional(),
  action: z.string().max(64).optional(),
  subject: z.string().max(64).optional(),
})

export const listAudit = createRoute({
  method: 'get',
  path: '/audit',
  ...READERS,
  summary: 'List who changed what, the newest first',
  request: { query: PageQuery.extend(AuditFilter.shape) },
  responses: { 200: json('A page of changes', pageOf(AuditEntry)), ...REFUSALS },
})

export const auditCsv = createRoute({
  method: 'get',
  path: '/audit.csv',
  ...READERS,
  summary: 'Export all rows as CSV',
  request: { query: AuditFilter },
  responses: {
    200: { description: 'CSV', content: { 'text/csv': { schema: z.string() } } },
    ...REFUSALS,
  },
})

export const Setting = z
  .object({
    name: z.string(),
    /** Secrets are masked. */
    value: z.string().nullable(),
    source: z.enum(['default', 'environment', 'file', 'console']),
    /** The variable or file that it comes from. */
    from: z.string().nullable(),
    /** It can't be changed here, because it comes from the environment or a file. */
    locked: z.boolean(),
    secret: z.boolean(),
    default: z.string().nullable(),
  })
  .openapi('Setting')

export const Settings = z
  .object({
    version: z.string(),
    mode: z.enum(['embedded', 'distributed']),
    instance: z.string(),
    /** Where clients reach the gateway, as this request shows it or PUBLIC_URL says. */
    public_url: z.string(),
    /** The console's own; differs if ADMIN_LISTEN is set. */
    console_url: z.string(),
    time_zone: z.string(),
    users_may_create_keys: z.boolean(),
    /** Days that single requests are kept; null is forever. */
    usage_retention_days: z.number().int().nullable(),
    variables: z.array(Setting),
    oidc: z.object({ issuer: z.string(), client_id: z.string() }).nullable(),
  })
  .openapi('Settings')

export const getSettings = createRoute({
  method: 'get',
  path: '/settings',
  ...READERS,
  summary: 'Get every setting with the source of its value',
  responses: { 200: versioned('The settings', Settings), ...REFUSALS },
})

export const updateSettings = createRoute({
  method: 'patch',
  path: '/settings',
  ...ADMIN,
  summary: 'Change settings that do not come from the environment or a file',
  request: {
    headers: IfMatch,
    body: body(
      z
        .object({
          /** An IANA name, e.g. `Asia/Shanghai`; null is the server's own. */
          time_zone: z.string().min(1).max(64).nullable(),
          users_may_create_keys: z.boolean(),
        })
        .partial()
        .strict(),
    ),
  },
  responses: { 200: versioned('The new state', Settings), ...REFUSALS, ...CONFLICT, ...STALE },
})

/** What the console needs to know before it shows anything, for every role. */
export const surroundings = createRoute({
  method: 'get',
  path: '/surroundings',
  ...EVERYONE,
  summary: 'Get the public address, version, time zone and clock',
  responses: {
    200: json(
      'The surroundings',
      z.object({
        version: z.string(),
        public_url: z.string(),
        time_zone: z.string(),
        now: Time,
        mode: z.enum(['embedded', 'distributed']),
        /** What a user may do with their own keys. */
        may_create_keys: z.boolean(),
      }),
    ),
    ...REFUSALS,
  },
})

const SealedName = z.object({
  kind: z.enum(['upstream_key', 'second_factor', 'data_key']),
  /** Of the upstream key, or of the user. */
  name: z.string(),
})

const SealedRow = SealedName.extend({
  key_id: z.string(),
  active: z.boolean(),
  problem: z.string().nullable(),
})

export const encryptionStatus = createRoute({
  method: 'get',
  path: '/encryption',
  ...READERS,
  summary: 'List which encryption key each stored secret is encrypted with',
  responses: {
    200: json('Rows', z.object({ active_key_id: z.string(), rows: z.array(SealedRow) })),
    ...REFUSALS,
  },
})

export const rotateEncryption = createRoute({
  method: 'post',
  path: '/encryption/rotate',
  ...ADMIN,
  summary: 'Re-encrypt every stored secret with the active encryption key, while serving',
  responses: {
    200: json(
      'Rows',
      z.object({
        rotated: z.array(SealedName),
        failed: z.array(SealedRow),
        /** The file on the server that holds the old key; null if the key is not in a file. */
        retired_keys: z.string().nullable(),
      }),
    ),
    ...REFUSALS,
    ...CONFLICT,
  },
})

/** Sessions grant nothing extra: the request runs as the key, with its limits and its quota. */
export const playground = createRoute({
  method: 'post',
  path: '/playground/{key_id}/{endpoint}',
  ...OWNERS,
  summary:
    "Call a model with one of your own keys; the response is the endpoint's own, streamed if asked",
  request: {
    params: z.object({
      key_id: Id,
      endpoint: z.enum(['chat.completions', 'completions', 'embeddings']),
    }),
    body: body(z.looseObject({ model: z.string() })),
  },
  responses: {
    200: {
      description: 'The response of the endpoint under /v1',
      content: {
        'application/json': { schema: z.looseObject({}) },
        'text/event-stream': { schema: z.string() },
      },
    },
    ...REFUSALS,
    ...MISSING,
  },
})

export const playgroundModels = createRoute({
  method: 'get',
  path: '/playground/{key_id}/models',
  ...OWNERS,
  summary: 'List the models that a key may use',
  request: { params: z.object({ key_id: Id }) },
  responses: {
    200: json(
      'Models; where there are none, `problem` says why',
      z.object({ models: z.array(z.string()), problem: z.string().nullable() }),
    ),
    ...REFUSALS,
    ...MISSING,
  },
})

export const openapi = createRoute({
  method: 'get',
  path: '/openapi.json',
  ...OPEN,
  summary: 'Get this document',
  responses: { 200: json('OpenAPI 3.1', z.looseObject({})) },
})

export const startOidc = createRoute({
  method: 'get',
  path: '/oidc/start',
  ...OPEN,
  summary: 'Redirect to the identity provider',
  request: { query: z.object({ return_to: z.string().max(2000).optional() }) },
  responses: { 302: { description: 'To the provider, or back with a reason' } },
})

export const finishOidc = createRoute({
  method: 'get',
  path: '/oidc/callback',
  ...OPEN,
  summary: 'Return from the identity provider',
  responses: { 302: { description: 'To the console, signed in or with a reason' } },
})
