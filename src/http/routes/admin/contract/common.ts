/** What the operations share: pages, errors, ids, times and headers. */
import { z } from '@hono/zod-openapi'
import { MAX_ROW_ID } from '../../../../core/entities.ts'

export const MAX_PAGE = 200

/** The gateway's error form. `param` is the first invalid field, `fields` are all of them. */
export const ErrorReply = z
  .object({
    error: z.object({
      message: z.string(),
      type: z.string(),
      code: z.string().nullable(),
      param: z.string().nullable(),
      request_id: z.string(),
      doctor: z.string().optional(),
      remedy: z.string().optional(),
      fields: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
      /** The values that the message mentions, by name: for messages in other languages. */
      values: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
      /** Of a conflict: who made the change that was overlooked, and when. */
      changed_by: z.string().nullable().optional(),
      changed_at: z.string().nullable().optional(),
    }),
  })
  .openapi('Error')

export const Id = z.coerce.number().int().min(1).max(MAX_ROW_ID)
export const IdPath = z.object({ id: Id.openapi({ param: { name: 'id', in: 'path' } }) })
export const Time = z.iso.datetime().openapi({ example: '2026-11-28T12:00:00.000Z' })

/** Null is everywhere the default, 0 no limit. */
export const Limit = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).nullable()

export const Tags = z.array(z.string().min(1).max(64)).max(50)

export const PageQuery = z.object({
  cursor: z
    .string()
    .max(500)
    .optional()
    .openapi({ description: '`next_cursor` of the previous page' }),
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(50),
})

export const Search = z.string().trim().min(1).max(200).optional()

/** Lists of requests and usage are bounded by time. */
export const RangeQuery = z.object({
  from: Time.openapi({ description: 'inclusive' }),
  until: Time.openapi({ description: 'exclusive' }),
})

/** A row of the database with a value that makes no sense. It is ignored when requests are served. */
export const MalformedRow = z
  .object({
    table: z.string(),
    id: z.number().int(),
    name: z.string(),
    reason: z.string(),
    /** SQL that repairs it; null if only a person can know the correct value. */
    repair: z.string().nullable(),
  })
  .openapi('MalformedRow')

/** `total` is of all pages under the same filter; null where counting it would take long. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({
    items: z.array(item),
    next_cursor: z.string().nullable(),
    total: z.number().int().nullable(),
    /** Rows of this page that can't be read; absent if there are none. */
    malformed: z.array(MalformedRow).optional(),
  })
}

export function json<Schema extends z.ZodType>(description: string, schema: Schema) {
  return { description, content: { 'application/json': { schema } } }
}

/** A changeable object: its version is in ETag, to be sent back in If-Match. */
export function versioned<Schema extends z.ZodType>(description: string, schema: Schema) {
  return {
    ...json(description, schema),
    headers: z.object({ etag: z.string().openapi({ example: '"1f0c3a9be2d45f67"' }) }),
  }
}

export function body<Schema extends z.ZodType>(schema: Schema) {
  return { content: { 'application/json': { schema } }, required: true }
}

export const IfMatch = z.object({
  'if-match': z
    .string()
    .max(100)
    .optional()
    .openapi({ description: 'ETag of what the change is based on; another version gives 412' }),
})

export const IdempotencyKey = z.object({
  'idempotency-key': z
    .string()
    .regex(/^[\x21-\x7e]{1,200}$/, 'up to 200 printable characters without spaces')
    .optional()
    .openapi({
      description: 'A second creation with the same key returns the first one, for 24 hours',
    }),
})

const refusal = (description: string) => json(description, ErrorReply)

/** What any operation may answer. */
export const REFUSALS = {
  400: refusal('The request is invalid; `fields` says where'),
  401: refusal('Not signed in'),
  403: refusal('Not allowed for this role, or not from this origin'),
} as const

export const MISSING = { 404: refusal('There is no such object, or it is not yours') } as const
export const CONFLICT = { 409: refusal('It conflicts with the current state') } as const
export const STALE = { 412: refusal('Someone else has changed it in the meantime') } as const
export const BUSY = { 429: refusal('Too many attempts; see retry-after') } as const
export const NO_CONTENT = { 204: { description: 'Done' } } as const
