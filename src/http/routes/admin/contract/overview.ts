/** Is all well, and what does it cost? */
import { createRoute, z } from '@hono/zod-openapi'
import { EVERYONE } from './access.ts'
import { json, REFUSALS, Time } from './common.ts'

const Figure = z.object({
  /** Null: nothing was measured. */
  value: z.number().nullable(),
  /** Of the period before, of the same length. */
  before: z.number().nullable(),
})

const Leader = z.object({
  id: z.string(),
  name: z.string(),
  /** The user of a key. */
  owner: z.string().nullable(),
  requests: z.number().int(),
  tokens: z.number(),
  cost_usd: z.number().nullable(),
})

export const Overview = z
  .object({
    from: Time,
    until: Time,
    time_zone: z.string(),
    figures: z.object({
      requests: Figure,
      errors: Figure,
      tokens: Figure,
      cost_usd: Figure,
      first_token_p50_ms: Figure,
      first_token_p95_ms: Figure,
      overhead_p50_ms: Figure,
      overhead_p95_ms: Figure,
    }),
    /** Over the same range; `unfinished` is still being filled. */
    series: z.array(
      z.object({
        start: Time,
        until: Time,
        unfinished: z.boolean(),
        requests: z.number().int(),
        errors: z.number().int(),
        tokens: z.number(),
        cost_usd: z.number().nullable(),
        cost_by_model: z.record(z.string(), z.number()),
      }),
    ),
    busiest: z.object({
      users: z.array(Leader),
      keys: z.array(Leader),
      models: z.array(Leader),
    }),
    attention: z.array(
      z.object({
        check: z.string(),
        severity: z.enum(['problem', 'warning']),
        title: z.string(),
        detail: z.string(),
        fix: z.string().nullable(),
        /** A page of the console that helps, without its prefix, e.g. `/upstreams?state=invalid`. */
        link: z.string().nullable(),
      }),
    ),
    /** Only for a new gateway; null once every step is done. */
    next_step: z.enum(['add_upstream', 'create_key', 'send_request']).nullable(),
    generated_at: Time,
  })
  .openapi('Overview')

export const overview = createRoute({
  method: 'get',
  path: '/overview',
  ...EVERYONE,
  summary: 'Get figures compared with those of the previous period, and what needs attention',
  request: { query: z.object({ range: z.enum(['1h', '24h', '7d', '30d']).default('24h') }) },
  responses: { 200: json('The overview', Overview), ...REFUSALS },
})

export const search = createRoute({
  method: 'get',
  path: '/search',
  ...EVERYONE,
  summary: 'Search users, keys, upstreams, models and requests by a part of their name',
  request: { query: z.object({ q: z.string().trim().min(1).max(200) }) },
  responses: {
    200: json(
      'At most eight of each kind',
      z.object({
        items: z.array(
          z.object({
            kind: z.enum(['user', 'key', 'upstream', 'model', 'request']),
            id: z.string(),
            name: z.string(),
            detail: z.string().nullable(),
          }),
        ),
      }),
    ),
    ...REFUSALS,
  },
})
