/** Definitions of public model names, and the dry run of a request for one. */
import { createRoute, z } from '@hono/zod-openapi'
import { FIRST_TOKEN_ACTIONS, STRATEGIES } from '../../../../core/entities.ts'
import { EXPLAIN_REASONS } from '../../../../routing/explain.ts'
import { ADMIN, READERS } from './access.ts'
import {
  body,
  CONFLICT,
  IfMatch,
  json,
  Limit,
  MISSING,
  NO_CONTENT,
  REFUSALS,
  STALE,
  versioned,
} from './common.ts'
import { ModelName } from './models.ts'

const Condition = z.string().min(1).max(200)

export const DefinedTarget = z
  .object({
    /** A key's name, a prefix followed by `*`, a provider, or `#tag`; null is the most specific keys. */
    upstream: z.string().min(1).max(200).nullable().default(null),
    model: z.string().min(1).max(200),
    /** Lower ones are tried first. */
    priority: z.number().int().min(0).max(999_999_999).default(0),
    /** The share among targets of one priority; null is the sum of its keys' weights. */
    weight: z.number().int().min(0).max(999_999_999).nullable().default(null),
    context_tokens: z.number().int().min(1).max(999_999_999).nullable().default(null),
    /** Requests at a time, over all instances; null and 0 are no limit. */
    max_in_flight: Limit.default(null),
    /** It gets a copy of this percentage of the requests; null is an ordinary target. */
    mirror_percent: z.number().int().min(1).max(100).nullable().default(null),
    /** It takes only requests that meet all of them, e.g. `tag:premium`, `max-tokens:4000`, `feature:tools`. */
    conditions: z.array(Condition).max(50).default([]),
  })
  .strict()
  .openapi('DefinedTarget')

export const ModelDefinition = z
  .object({
    strategy: z.enum(STRATEGIES).default('priority'),
    targets: z.array(DefinedTarget).min(1).max(100),
    /** Parameters that are added to requests without them. */
    default: z.record(z.string(), z.unknown()).default({}),
    /** Parameters that are set in each request. */
    set: z.record(z.string(), z.unknown()).default({}),
    /** Parameters that are removed. */
    drop: z.array(z.string().min(1).max(200)).max(100).default([]),
    first_token_ms: z.number().int().min(1).max(9_999_999).nullable().default(null),
    first_token_action: z.enum(FIRST_TOKEN_ACTIONS).default('replace'),
    fallback_on_filter: z.boolean().default(false),
  })
  .strict()
  .openapi('ModelDefinition')

export const NamedDefinition = ModelDefinition.extend({ name: z.string() }).openapi(
  'NamedDefinition',
)

export const listDefinitions = createRoute({
  method: 'get',
  path: '/model-definitions',
  ...READERS,
  summary: 'List the defined public model names',
  responses: {
    200: json('All definitions', z.object({ items: z.array(NamedDefinition) })),
    ...REFUSALS,
  },
})

export const getDefinition = createRoute({
  method: 'get',
  path: '/model-definitions/{model}',
  ...READERS,
  summary: 'Get the definition of a public model name',
  request: { params: z.object({ model: ModelName }) },
  responses: { 200: versioned('The definition', NamedDefinition), ...REFUSALS, ...MISSING },
})

export const setDefinition = createRoute({
  method: 'put',
  path: '/model-definitions/{model}',
  ...ADMIN,
  summary: 'Define a public model name; `if-none-match: *` refuses to replace a definition',
  request: {
    params: z.object({ model: ModelName }),
    headers: IfMatch.extend({ 'if-none-match': z.literal('*').optional() }),
    body: body(ModelDefinition),
  },
  responses: {
    200: versioned('The new state', NamedDefinition),
    ...REFUSALS,
    ...MISSING,
    ...STALE,
    ...CONFLICT,
  },
})

export const removeDefinition = createRoute({
  method: 'delete',
  path: '/model-definitions/{model}',
  ...ADMIN,
  summary: 'Delete a public model name; upstream keys may still serve it',
  request: { params: z.object({ model: ModelName }), headers: IfMatch },
  responses: { ...NO_CONTENT, ...REFUSALS, ...MISSING, ...STALE, ...CONFLICT },
})

const ExplainedTarget = z
  .object({
    upstream: z.string(),
    /** Null if the key does not serve it. */
    model: z.string().nullable(),
    priority: z.number().nullable(),
    weight: z.number().nullable(),
    /** Tried, or why not, in English. */
    verdict: z.string(),
    /** The same as a code. */
    reason: z.enum(EXPLAIN_REASONS),
    /** The conditions that decide, the last error, or a mirror's percentage. */
    detail: z.string().nullable(),
    /** When a pause ends. */
    until: z.string().nullable(),
  })
  .openapi('ExplainedTarget')

export const explainRequest = createRoute({
  method: 'get',
  path: '/model-definitions/{model}/explain',
  ...READERS,
  summary:
    'Explain in which order a request would try the upstream keys, and why it would not try others',
  request: {
    params: z.object({ model: ModelName }),
    query: z.object({
      key_id: z.coerce.number().int().optional(),
      /** A request as JSON, in any of the wire formats. */
      body: z.string().max(16_000).optional(),
    }),
  },
  responses: {
    200: json('The upstream keys in order', z.object({ items: z.array(ExplainedTarget) })),
    ...REFUSALS,
    ...MISSING,
  },
})
