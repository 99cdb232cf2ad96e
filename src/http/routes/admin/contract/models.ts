/** Public model names, where they lead, and what they cost. */
import { createRoute, z } from '@hono/zod-openapi'
import { ADMIN, READERS } from './access.ts'
import {
  body,
  CONFLICT,
  IfMatch,
  json,
  MISSING,
  NO_CONTENT,
  PageQuery,
  pageOf,
  REFUSALS,
  Search,
  STALE,
  versioned,
} from './common.ts'

export const ModelName = z.string().min(1).max(200)

export const Price = z
  .object({
    model: z.string(),
    /** `own` prices come before `published` ones. */
    source: z.enum(['own', 'published']),
    /** USD per million tokens; null: priced as the kind that it is a part of. */
    input_usd: z.number(),
    output_usd: z.number(),
    cached_usd: z.number().nullable(),
    reasoning_usd: z.number().nullable(),
    audio_input_usd: z.number().nullable(),
    audio_output_usd: z.number().nullable(),
  })
  .openapi('Price')

const rate = z.number().min(0).max(1_000_000)

export const NewPrice = z
  .object({
    input_usd: rate,
    output_usd: rate,
    cached_usd: rate.nullable().default(null),
    reasoning_usd: rate.nullable().default(null),
    audio_input_usd: rate.nullable().default(null),
    audio_output_usd: rate.nullable().default(null),
  })
  .strict()
  .openapi('NewPrice')

export const Target = z
  .object({
    /** Null: any upstream that serves the model. */
    upstream_id: z.number().int().nullable(),
    upstream: z.string().nullable(),
    /** The name sent to the provider. */
    model: z.string(),
    /** Lower ones are tried first; equal ones share the requests. */
    priority: z.number().int(),
    weight: z.number().int(),
    /** Why it would be passed over right now, in plain words; null if it would serve. */
    skipped: z.string().nullable(),
    state: z.string(),
  })
  .openapi('Target')

export const Model = z
  .object({
    name: z.string(),
    /** `declared`: has an entry of its own; `listed`: some upstream serves it by that name. */
    origin: z.enum(['declared', 'listed']),
    targets: z.array(Target),
    price: Price.nullable(),
    available: z.boolean(),
  })
  .openapi('Model')

export const listModels = createRoute({
  method: 'get',
  path: '/models',
  ...READERS,
  summary: 'List public model names and their targets, in the order in which they are tried',
  request: { query: PageQuery.extend({ search: Search }) },
  responses: { 200: json('A page of models', pageOf(Model)), ...REFUSALS },
})

export const explainModel = createRoute({
  method: 'get',
  path: '/models/explain',
  ...READERS,
  summary: 'Dry run: explain what would serve a request for this model now, and why',
  request: { query: z.object({ model: ModelName, key_id: z.coerce.number().int().optional() }) },
  responses: {
    200: json(
      'The plan',
      z.object({
        model: z.string(),
        allowed: z.boolean(),
        /** Null if something would serve it. */
        problem: z.string().nullable(),
        targets: z.array(Target),
      }),
    ),
    ...REFUSALS,
    ...MISSING,
  },
})

export const listPrices = createRoute({
  method: 'get',
  path: '/prices',
  ...READERS,
  summary: "List the operator's own prices, and the published ones of models that are served",
  request: { query: PageQuery.extend({ search: Search }) },
  responses: { 200: json('A page of prices', pageOf(Price)), ...REFUSALS },
})

const ModelPath = z.object({ model: ModelName })

export const setPrice = createRoute({
  method: 'put',
  path: '/prices/{model}',
  ...ADMIN,
  summary: 'Set a price of your own; it applies to requests from now on',
  request: { params: ModelPath, headers: IfMatch, body: body(NewPrice) },
  responses: { 200: versioned('The new state', Price), ...REFUSALS, ...STALE, ...CONFLICT },
})

export const importPrices = createRoute({
  method: 'post',
  path: '/prices/import',
  ...ADMIN,
  summary: 'Set many prices of your own, all or none',
  request: {
    body: body(
      z.object({ prices: z.array(NewPrice.extend({ model: ModelName })).max(10_000) }).strict(),
    ),
  },
  responses: {
    200: json('How many prices were set', z.object({ imported: z.number().int() })),
    ...REFUSALS,
    ...CONFLICT,
  },
})

export const unsetPrice = createRoute({
  method: 'delete',
  path: '/prices/{model}',
  ...ADMIN,
  summary: 'Delete your own price and return to the published one',
  request: { params: ModelPath },
  responses: { ...NO_CONTENT, ...REFUSALS, ...MISSING, ...CONFLICT },
})
