/** The admin API: every operation of the contract, joined to the use cases. */
import { OpenAPIHono } from '@hono/zod-openapi'
import { VersionConflict } from '../../../admin/versions.ts'
import { isoTime } from '../../../core/time/iso-time.ts'
import { readVisit } from '../../web/visit.ts'
import { keyOperations } from './access/keys.ts'
import { ownKeyOperation } from './access/own-key.ts'
import { sessionOperations } from './access/sessions.ts'
import { singleSignOnOperations } from './access/single-sign-on.ts'
import { userOperations } from './access/users.ts'
import { auditOperations } from './audit.ts'
import { openApiDocument } from './contract/document.ts'
import { openapi } from './contract/system.ts'
import { definitionOperations } from './definitions.ts'
import { eventOperations } from './events.ts'
import { ApiError } from './frame/api-error.ts'
import { adminErrorReply, invalidInput } from './frame/error-reply.ts'
import { adminRoutes, languageOf } from './frame/operation.ts'
import type { AdminApiParts, AdminEnv } from './frame/parts.ts'
import { overviewOperations } from './overview.ts'
import { playgroundOperations } from './playground.ts'
import { requestOperations } from './requests.ts'
import { systemOperations } from './system.ts'
import { modelOperations } from './upstreams/models.ts'
import { priceOperations } from './upstreams/prices.ts'
import { upstreamOperations } from './upstreams/upstreams.ts'
import { usageOperations } from './usage.ts'

export const ADMIN_PATH = '/admin/v1'

export function createAdminApi(parts: AdminApiParts): OpenAPIHono<AdminEnv> {
  const app = new OpenAPIHono<AdminEnv>({
    defaultHook(result, context) {
      if (!result.success) throw invalidInput(result.error, languageOf(context))
    },
  }).basePath(ADMIN_PATH)
  app.use(async (context, next) => {
    const { exchange } = context.env
    context.set('visit', readVisit(exchange.peer(), exchange.headers, parts.surroundings))
    await next()
    // The router drops the body of a reply to HEAD; its stream has to end.
    if (context.req.method === 'HEAD') await context.res.body?.cancel()
    // A client that hears of a change can rely on it at once: a key just created is not refused.
    if (changesDirectory(context.req) && context.res.ok) await parts.services.directory.reload()
    context.res.headers.set('cache-control', 'no-store')
    context.res.headers.set('x-content-type-options', 'nosniff')
  })
  const api = adminRoutes(app, parts)
  sessionOperations(api)
  singleSignOnOperations(api)
  userOperations(api)
  keyOperations(api)
  upstreamOperations(api)
  overviewOperations(api)
  requestOperations(api)
  eventOperations(api)
  usageOperations(api)
  auditOperations(api)
  modelOperations(api)
  definitionOperations(api)
  priceOperations(api)
  playgroundOperations(api)
  ownKeyOperation(api)
  systemOperations(api)
  const document = openApiDocument(parts.version) as unknown as Record<string, never>
  api.on(openapi, (context) => context.json(document, 200))
  app.notFound((context) => {
    const message = `there is no ${context.req.method} ${context.req.path} here`
    const asked = { requestId: context.env.requestId, language: languageOf(context) }
    return adminErrorReply(new ApiError('not_found', { message }), asked, parts.services.logger)
  })
  app.onError(async (error, context) => {
    const { requestId, bodyFault } = context.env
    const cause = error instanceof VersionConflict ? await conflict(error, parts) : error
    const asked = { requestId, language: languageOf(context) }
    return adminErrorReply(bodyFault ?? cause, asked, parts.services.logger)
  })
  return app
}

/** What requests are decided by; a sign-in or a playground's message is not. */
const DIRECTORY_PATHS =
  /^\/admin\/v1\/(?:users|keys|upstreams|models|model-definitions|prices)(?:\/|$)/

function changesDirectory({ method, path }: { method: string; path: string }): boolean {
  return method !== 'GET' && method !== 'HEAD' && DIRECTORY_PATHS.test(path)
}

/** Who has overtaken this change. */
async function conflict({ subject }: VersionConflict, { reads }: AdminApiParts): Promise<ApiError> {
  const last = await reads.lastChange(subject)
  return new ApiError('version_conflict', {
    more: {
      changed_by: last?.actor ?? null,
      changed_at: last === null ? null : isoTime(last.atMs),
    },
  })
}
