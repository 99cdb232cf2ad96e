/** The vendors that the gateway knows. */
import { createRoute, z } from '@hono/zod-openapi'
import { READERS } from './access.ts'
import { json, REFUSALS } from './common.ts'

export const listProviders = createRoute({
  method: 'get',
  path: '/providers',
  ...READERS,
  summary: 'List the vendors that an upstream can belong to',
  responses: {
    200: json(
      'Vendors',
      z.object({
        items: z.array(
          z.object({
            name: z.string(),
            /** Null if it has to be given. */
            base_url: z.string().nullable(),
            needs_deployments: z.boolean(),
            has_api_version: z.boolean(),
            chooses_protocol: z.boolean(),
          }),
        ),
      }),
    ),
    ...REFUSALS,
  },
})
