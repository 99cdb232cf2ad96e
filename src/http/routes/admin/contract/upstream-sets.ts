/** Many provider keys in one call: an import, and the settings of one for others. */
import { createRoute, z } from '@hono/zod-openapi'
import { ADMIN } from './access.ts'
import { body, CONFLICT, json, MISSING, REFUSALS } from './common.ts'
import { upstreamSettings } from './upstreams.ts'

const { name: _, ...shared } = upstreamSettings
export const ImportSettings = z
  .object({ ...z.object(shared).partial().shape, provider: upstreamSettings.provider })
  .strict()

export const importUpstreams = createRoute({
  method: 'post',
  path: '/upstreams/import',
  ...ADMIN,
  summary:
    'Add many provider keys at once, one per line; keys that exist already are left unchanged',
  request: {
    body: body(
      z
        .object({
          settings: ImportSettings,
          /** One key per line. */
          secrets: z.string().min(1).max(2_000_000),
          test: z.boolean().default(false),
        })
        .strict(),
    ),
  },
  responses: {
    200: json(
      'The result of each line',
      z.object({
        added: z.number().int(),
        lines: z.array(
          z.object({
            line: z.number().int(),
            key_hint: z.string(),
            result: z.enum(['added', 'duplicate', 'known', 'invalid', 'failed_test']),
            reason: z.string().nullable(),
            upstream_id: z.number().int().nullable(),
            name: z.string().nullable(),
          }),
        ),
      }),
    ),
    ...REFUSALS,
    ...CONFLICT,
  },
})

export const copySettings = createRoute({
  method: 'post',
  path: '/upstreams/copy-settings',
  ...ADMIN,
  summary: 'Copy the settings of one upstream to many',
  request: {
    body: body(
      z
        .object({
          from: z.number().int(),
          to: z.array(z.number().int()).min(1).max(1000),
          fields: z.array(z.enum(['weight', 'models', 'deployments', 'api_version'])).min(1),
        })
        .strict(),
    ),
  },
  responses: {
    200: json('How many upstreams were changed', z.object({ changed: z.number().int() })),
    ...REFUSALS,
    ...MISSING,
    ...CONFLICT,
  },
})
