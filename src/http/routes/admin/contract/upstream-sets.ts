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
    'Add many provider keys at once, one a line; those that are there already are left alone',
  request: {
    body: body(
      z
        .object({
          settings: ImportSettings,
          /** One key a line. */
          secrets: z.string().min(1).max(2_000_000),
          test: z.boolean().default(false),
        })
        .strict(),
    ),
  },
  responses: {
    200: json(
      'What became of each line',
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
  summary: 'Give many upstreams the settings of one',
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
    200: json('How many were changed', z.object({ changed: z.number().int() })),
    ...REFUSALS,
    ...MISSING,
    ...CONFLICT,
  },
})
