/** Single requests: a list in pages, one by its id, and those of this moment as a stream. */
import { createRoute, z } from '@hono/zod-openapi'
import type { RefusalMeasure } from '../../../../core/refusal-figures.ts'
import {
  byTokenColumn,
  DETAIL_TOKEN_FIELDS,
  QUOTA_TOKEN_FIELDS,
} from '../../../../core/token-kinds.ts'
import { byUnitColumn } from '../../../../core/units/unit-kinds.ts'
import type { REFUSED } from '../../../../usage/live/live-row.ts'
import type { Outcome } from '../../../../usage/record.ts'
import { EVERYONE } from './access.ts'
import { Id, json, MISSING, PageQuery, pageOf, RangeQuery, REFUSALS, Time } from './common.ts'

const OUTCOMES = [
  'ok',
  'rejected',
  'upstream_error',
  'cut',
  'aborted',
  'lost',
  'refused',
] as const satisfies readonly (Outcome | typeof REFUSED)[]

const REFUSAL_MEASURES = [
  'tokens_per_month',
  'requests_per_minute',
  'tokens_per_minute',
  'requests_in_flight',
] as const satisfies readonly RefusalMeasure[]

export const RequestRow = z
  .object({
    request_id: z.string(),
    started_at: Time,
    user_id: z.number().int(),
    /** Its name when the request was made, even if it has been deleted since. */
    username: z.string(),
    key_id: z.number().int(),
    key_name: z.string(),
    endpoint: z.string(),
    model: z.string(),
    upstream: z.string().nullable(),
    stream: z.boolean(),
    status: z.number().int(),
    /** `refused`: the gateway refused it before it reserved anything; see `refusal` of the request. */
    outcome: z.string(),
    error_code: z.string().nullable(),
    attempts: z.number().int(),
    duration_ms: z.number(),
    first_token_ms: z.number().nullable(),
    ...byTokenColumn(QUOTA_TOKEN_FIELDS, () => z.number().int()),
    estimated: z.boolean(),
    cost_usd: z.number().nullable(),
  })
  .openapi('Request')

export const RequestDetail = RequestRow.extend({
  upstream_model: z.string().nullable(),
  provider: z.string().nullable(),
  ...byTokenColumn(DETAIL_TOKEN_FIELDS, () => z.number().int()),
  ...byUnitColumn(() => z.number()),
  reserved_tokens: z.number().int(),
  /** More than one upstream may have charged for it. */
  ambiguous: z.boolean(),
  /** Milliseconds from the start; null if the step did not happen or was not recorded. */
  timeline: z.object({
    sent_ms: z.number().nullable(),
    /** What it waited for before it was first sent; empty if it did not wait. */
    waits: z.array(
      z.object({
        kind: z.enum(['limits', 'quota', 'queue']),
        started_ms: z.number(),
        duration_ms: z.number(),
      }),
    ),
    first_token_ms: z.number().nullable(),
    end_ms: z.number(),
  }),
  tries: z.array(
    z.object({
      upstream: z.string(),
      started_ms: z.number().nullable(),
      duration_ms: z.number().nullable(),
      status: z.number().int().nullable(),
      /** Null for the attempt that served it. */
      failure: z.string().nullable(),
      /** What it used, if other attempts used something too; otherwise the request's own figures. */
      prompt_tokens: z.number().int().nullable(),
      completion_tokens: z.number().int().nullable(),
      cost_usd: z.number().nullable(),
      /** What it was paid by besides tokens: images, seconds of audio or video, characters, searches. */
      units: z.array(z.object({ kind: z.string(), count: z.number() })),
    }),
  ),
  /** How the cost came about; empty if no price was known. */
  cost: z.array(
    z.object({
      kind: z.string(),
      tokens: z.number().int(),
      usd_per_million: z.number(),
      usd: z.number(),
    }),
  ),
  /** Only of requests with the outcome `refused`. */
  refusal: z
    .object({
      /** As the client got it. */
      message: z.string(),
      /** Each limit that was compared; empty if it was refused for another reason. */
      figures: z.array(
        z.object({
          measure: z.enum(REFUSAL_MEASURES),
          /** Whose limit it is, e.g. `this proxy key` or `user alice`. */
          owner: z.string(),
          limit: z.number(),
          /** Before this request, with what other requests had reserved. */
          used: z.number(),
          /** What this request would have added. */
          asked: z.number(),
          /** False for a limit that would have let it pass. */
          refused: z.boolean(),
          /** How long until it would have fitted; null if waiting does not help or the time is unknown. */
          wait_ms: z.number().nullable(),
        }),
      ),
    })
    .nullable(),
}).openapi('RequestDetail')

const RequestFilter = RangeQuery.extend({
  outcome: z.enum(OUTCOMES).optional(),
  /** A status such as 429, or a class such as 4xx. */
  status: z
    .string()
    .regex(/^[1-5](\d\d|xx)$/, 'a status such as 429, or 4xx')
    .optional(),
  user_id: Id.optional(),
  key_id: Id.optional(),
  model: z.string().max(200).optional(),
  upstream: z.string().max(64).optional(),
})

export const listRequests = createRoute({
  method: 'get',
  path: '/requests',
  ...EVERYONE,
  summary:
    'List requests in a time range, the newest first; users see only their own. Includes the latest refused requests, which are kept in memory: those of all instances with Redis, else of the instance that answers.',
  request: { query: PageQuery.extend(RequestFilter.shape) },
  responses: {
    200: json(
      'A page of requests',
      pageOf(RequestRow).extend({
        /**
         * The search took too long and ended here, maybe without a row; `next_cursor` continues it. Null if the page
         * is full or nothing is left.
         */
        searched_until: Time.nullable(),
      }),
    ),
    ...REFUSALS,
  },
})

export const requestHistogram = createRoute({
  method: 'get',
  path: '/requests/histogram',
  ...EVERYONE,
  summary: 'Count requests over time by outcome, in at most 120 intervals; from rollups',
  request: {
    query: RangeQuery.extend({
      user_id: Id.optional(),
      key_id: Id.optional(),
      model: z.string().max(200).optional(),
      upstream: z.string().max(64).optional(),
    }),
  },
  responses: {
    200: json(
      'Bars',
      z.object({
        step_seconds: z.number().int(),
        bars: z.array(
          z.object({ start: Time, requests: z.number().int(), errors: z.number().int() }),
        ),
      }),
    ),
    ...REFUSALS,
  },
})

export const getRequest = createRoute({
  method: 'get',
  path: '/requests/{request_id}',
  ...EVERYONE,
  summary: 'Get a request, of any date',
  request: { params: z.object({ request_id: z.string().min(1).max(200) }) },
  responses: { 200: json('The request', RequestDetail), ...REFUSALS, ...MISSING },
})

/** What the event stream carries; each event's name is the one here, its data the JSON of it. */
export const LiveEvents = z
  .object({
    /** First, and every 15 s: the server's clock. */
    clock: z.object({ now: Time, version: z.string() }),
    /** A request has ended. */
    request: RequestRow,
    /** First, and when it changes: `own` if only the answering instance is seen, as without Redis. */
    scope: z.object({ instances: z.enum(['all', 'own']) }),
    /** Requests that were left out because they came faster than the stream may send them. */
    skipped: z.object({ requests: z.number().int() }),
    /** Once a second, for those who may see all users: what is running now. */
    gauge: z.object({
      in_flight: z.number().int(),
      requests_per_minute: z.number().int(),
      errors_per_minute: z.number().int(),
      tokens_per_minute: z.number().int(),
    }),
    /** Something was changed on this or another instance: fetch again what shows it. */
    changed: z.object({ kind: z.enum(['users', 'keys', 'upstreams', 'settings']) }),
    /** The session has ended; nothing follows. */
    bye: z.object({ reason: z.string() }),
  })
  .partial()
  .openapi('LiveEvents')

export const events = createRoute({
  method: 'get',
  path: '/events',
  ...EVERYONE,
  summary:
    'Follow requests live as server-sent events, from all instances; users see only their own. The stream ends with the session.',
  request: {
    query: z.object({
      /** Leave `request` events out. */
      quiet: z.stringbool().optional(),
    }),
  },
  responses: {
    200: {
      description: 'Events, named after the properties of LiveEvents',
      content: { 'text/event-stream': { schema: LiveEvents } },
    },
    ...REFUSALS,
  },
})
