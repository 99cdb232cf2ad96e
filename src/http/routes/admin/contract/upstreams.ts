/** Provider keys: where they are used, how healthy they are. Their secrets are never shown. */
import { createRoute, z } from '@hono/zod-openapi'
import { SPOKEN_PROTOCOLS } from '../../../../core/providers/providers.ts'
import { ADMIN, READERS } from './access.ts'
import {
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
  Tags,
  Time,
  versioned,
} from './common.ts'

/** `draining`: gets no new requests, and finishes those it has. */
export const UPSTREAM_STATES = [
  'healthy',
  'half_open',
  'open',
  'cooling',
  'invalid',
  'draining',
  'disabled',
] as const

/** What an operator may set of an upstream. */
export const upstreamSettings = {
  name: z.string().min(1).max(64),
  /** A vendor that the gateway knows; see GET /providers. */
  provider: z.string().min(1).max(40),
  base_url: z.string().min(1).max(2000),
  weight: z.number().int().min(0).max(999_999),
  models: z.array(z.string().min(1).max(200)).max(5000).nullable(),
  deployments: z.record(z.string(), z.string()).nullable(),
  /** Sent with every request to it. Shown as `***` if it may be a secret; `***` keeps what is stored. */
  headers: z.record(z.string().min(1).max(100), z.string().min(1).max(2002)).nullable(),
  api_version: z.string().max(40).nullable(),
  /** The only format in which conversations are sent to it; null: the client's own if the host takes it. */
  protocol: z.enum(SPOKEN_PROTOCOLS).nullable(),
  /** Requests at a time, over all instances; null and 0 are no limit. */
  max_in_flight: Limit,
  /** Words that the targets of models name. */
  tags: Tags,
}
const secret = z.string().min(1).max(20_000)

/** `last_error` in plain words, with what to do, in the language of the request; null if its cause is not known. */
const LastErrorHint = z.string().nullable()

const ModelState = z
  .object({
    /** The upstream's name for it. */
    model: z.string(),
    /** `degraded` and `missing` ones are used only if nothing better is available. */
    status: z.enum(['cooldown', 'degraded', 'limited', 'missing']),
    failure_count: z.number().int(),
    until: Time,
    last_error: z.string().nullable(),
    last_error_hint: LastErrorHint,
  })
  .openapi('ModelState')

export const Upstream = z
  .object({
    id: z.number().int(),
    ...upstreamSettings,
    key_hint: z.string(),
    /** Of the requests among upstreams that serve the same models, 0 to 1. */
    share: z.number(),
    state: z.enum(UPSTREAM_STATES),
    /** As all instances share it. */
    status: z.enum(['healthy', 'cooldown', 'disabled', 'invalid']),
    /** The models that it does not serve well now; a model without an entry is healthy. */
    model_states: z.array(ModelState),
    failure_count: z.number().int(),
    /** Milliseconds by the server's clock, so that a wrong browser clock does not matter. */
    cooldown_ms: z.number().nullable(),
    cooldown_until: Time.nullable(),
    total_requests: z.number().int(),
    total_errors: z.number().int(),
    last_error: z.string().nullable(),
    last_error_hint: LastErrorHint,
    /** Its requests on the answering instance that have not ended; null without `max_in_flight`: not counted. */
    in_flight: z.number().int().nullable(),
    /** The newest last, at most 50, of the answering instance since its start. */
    recent: z.array(
      z.object({
        at: Time,
        ok: z.boolean(),
        status: z.number().int().nullable(),
        first_token_ms: z.number().nullable(),
      }),
    ),
    /** The last 24 hours. */
    day: z.object({
      /** Those that it answered, or was the last to fail. */
      requests: z.number().int(),
      errors: z.number().int(),
      /** How often it was asked, also for requests that another upstream then answered. */
      attempts: z.number().int(),
      failed_attempts: z.number().int(),
      first_token_p50_ms: z.number().nullable(),
      first_token_p95_ms: z.number().nullable(),
    }),
    created_at: Time,
  })
  .openapi('Upstream')

export const NewUpstream = z
  .object({
    ...z.object(upstreamSettings).partial().shape,
    name: upstreamSettings.name,
    provider: upstreamSettings.provider,
    secret,
  })
  .strict()
  .openapi('NewUpstream')

/** What is not sent stays as it is, the secret too; null clears. */
export const UpstreamChange = z
  .object({ ...upstreamSettings, secret })
  .partial()
  .strict()
  .openapi('UpstreamChange')

export const ProbeResult = z
  .object({
    ok: z.boolean(),
    status: z.number().int().nullable(),
    latency_ms: z.number(),
    detail: z.string(),
  })
  .openapi('ProbeResult')

const changed = { 200: versioned('The new state', Upstream), ...REFUSALS, ...MISSING }

export const listUpstreams = createRoute({
  method: 'get',
  path: '/upstreams',
  ...READERS,
  summary: 'List upstreams, by name',
  request: {
    query: PageQuery.extend({
      search: Search,
      state: z.enum(UPSTREAM_STATES).optional(),
      provider: z.string().max(40).optional(),
    }),
  },
  responses: { 200: json('A page of upstreams', pageOf(Upstream)), ...REFUSALS },
})

export const createUpstream = createRoute({
  method: 'post',
  path: '/upstreams',
  ...ADMIN,
  summary: 'Add a provider key',
  request: { headers: IdempotencyKey, body: body(NewUpstream) },
  responses: {
    200: versioned('Already created with this Idempotency-Key', Upstream),
    201: versioned('Created', Upstream),
    ...REFUSALS,
    ...CONFLICT,
  },
})

export const getUpstream = createRoute({
  method: 'get',
  path: '/upstreams/{id}',
  ...READERS,
  summary: 'Get an upstream',
  request: { params: IdPath },
  responses: { 200: versioned('The upstream', Upstream), ...REFUSALS, ...MISSING },
})

export const updateUpstream = createRoute({
  method: 'patch',
  path: '/upstreams/{id}',
  ...ADMIN,
  summary: 'Update an upstream',
  request: { params: IdPath, headers: IfMatch, body: body(UpstreamChange) },
  responses: { ...changed, ...CONFLICT, ...STALE },
})

export const removeUpstream = createRoute({
  method: 'delete',
  path: '/upstreams/{id}',
  ...ADMIN,
  summary: 'Delete a provider key; past usage keeps its name',
  request: { params: IdPath, headers: IfMatch },
  responses: { ...NO_CONTENT, ...REFUSALS, ...MISSING, ...CONFLICT, ...STALE },
})

const action = <const Path extends string>(path: Path, summary: string) =>
  createRoute({
    method: 'post',
    path,
    ...ADMIN,
    summary,
    request: { params: IdPath },
    responses: { ...changed, ...CONFLICT },
  })

export const resetUpstream = action(
  '/upstreams/{id}/reset',
  'Mark it healthy: clear its failures and cooldown',
)
export const disableUpstream = action(
  '/upstreams/{id}/disable',
  'Stop using it until it is enabled again',
)
export const enableUpstream = action('/upstreams/{id}/enable', 'Enable it again')
export const drainUpstream = action(
  '/upstreams/{id}/drain',
  'Send it no new requests; those in flight finish',
)

export const testUpstream = createRoute({
  method: 'post',
  path: '/upstreams/{id}/test',
  ...ADMIN,
  summary: 'Test the key at its provider',
  request: { params: IdPath },
  responses: { 200: json('The result of the test', ProbeResult), ...REFUSALS, ...MISSING },
})

export const fetchModels = createRoute({
  method: 'post',
  path: '/upstreams/{id}/models',
  ...ADMIN,
  summary: "Fetch the provider's list of models",
  request: { params: IdPath },
  responses: {
    200: json(
      'Models by name; if it fails, `problem` says why',
      z.object({ models: z.array(z.string()), problem: z.string().nullable() }),
    ),
    ...REFUSALS,
    ...MISSING,
  },
})
