/** The OpenAPI 3.1 document, made from the schemas that validate the requests. */
import { OpenAPIHono } from '@hono/zod-openapi'
import { NAMED_OPERATIONS } from './operations.ts'

export const SESSION_COOKIE = 'gpt_proxy_session'

/** `version` is the program's. */
export function openApiDocument(version: string) {
  const app = new OpenAPIHono()
  app.openAPIRegistry.registerComponent('securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    name: SESSION_COOKIE,
    description: 'Set by signing in; named __Host-gpt_proxy_session behind HTTPS.',
  })
  app.openAPIRegistry.registerComponent('securitySchemes', 'key', {
    type: 'http',
    scheme: 'bearer',
    description: 'A proxy key; for all but /key it must be the key of an admin.',
  })
  for (const { name, tag, operation } of NAMED_OPERATIONS)
    app.openAPIRegistry.registerPath({ ...operation, operationId: name, tags: [tag] })
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'GPT Proxy admin API',
      version,
      description:
        'Everything the command line does. Changes by a session need a matching Origin. Errors name the invalid field.',
      license: { name: 'MIT' },
    },
    servers: [{ url: '/admin/v1' }],
  })
}
