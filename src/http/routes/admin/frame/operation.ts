/** Joins an operation of the contract to its handler, behind the guard for the roles that it declares. */
import { type OpenAPIHono, type RouteConfig, type RouteHandler, z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { Actor } from '../../../../admin/changes.ts'
import { versionOf } from '../../../../admin/versions.ts'
import { OperatorError } from '../../../../core/operator-error.ts'
import type { Declared } from '../contract/access.ts'
import { ApiError } from './api-error.ts'
import { type MessageLanguage, messageLanguage } from './error-reply.ts'
import { guard } from './guard.ts'
import type { AdminApiParts, AdminEnv, Principal } from './parts.ts'

export type AdminContext = Context<AdminEnv>

export interface AdminRoutes {
  parts: AdminApiParts
  on<Operation extends RouteConfig & Declared>(
    operation: Operation,
    handler: RouteHandler<Operation, AdminEnv>,
  ): void
}

export function adminRoutes(app: OpenAPIHono<AdminEnv>, parts: AdminApiParts): AdminRoutes {
  return {
    parts,
    on(operation, handler) {
      const guarded = {
        ...onlyKnownQuery(operation),
        middleware: guard(operation['x-access'], parts),
      }
      app.openapi(guarded, handler as never)
    },
  }
}

/** An identity provider may add parameters of its own to the address that it sends the browser back to. */
const OPEN_QUERY = ['/oidc/callback']

/** A misspelt filter is refused: without it the list would be another one than the caller thinks. */
function onlyKnownQuery<Operation extends RouteConfig>(operation: Operation): Operation {
  const { request, path } = operation
  if (OPEN_QUERY.includes(path)) return operation
  const known = request?.query ?? z.object({})
  if (!(known instanceof z.ZodObject)) return operation
  return { ...operation, request: { ...request, query: known.strict() } }
}

export function languageOf({ req }: Pick<AdminContext, 'req'>): MessageLanguage {
  return messageLanguage(req.header('accept-language'))
}

/** For a change: who makes it, and the version that it is based on. */
export function actorOf(context: AdminContext): Actor {
  const { principal, visit } = context.var
  const ifMatch = context.req.header('if-match')?.replace(/^(W\/)?"(.*)"$/, '$2')
  return {
    name: principal.user.username,
    address: visit.address,
    ...(ifMatch !== undefined && ifMatch !== '*' && { ifMatch }),
  }
}

/** For a creation: the same, and its Idempotency-Key. */
export function creatorOf(context: AdminContext, body: object, parts: AdminApiParts): Actor {
  const { name, address } = actorOf(context)
  const key = context.req.header('idempotency-key')
  if (key === undefined) return { name, address }
  const requestHash = parts.sha256Hex(JSON.stringify([context.req.path, body]))
  return { name, address, creation: { userId: context.var.principal.user.id, key, requestHash } }
}

export function tag(context: AdminContext, view: object, { sha256Hex }: AdminApiParts): void {
  context.header('etag', `"${versionOf(view, sha256Hex)}"`)
}

/** Null for those who see everything; else whose objects they are limited to. */
export function ownerScope({ role, user }: Principal): number | null {
  return role === 'user' ? user.id : null
}

/** The fields that `work` refuses are those of the object at `parent` in the body. */
export async function fieldsWithin<Result>(
  parent: string,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof OperatorError) || error.field === null) throw error
    const { kind, message, remedy, code, values } = error
    const field = `${parent}.${error.field}`
    throw new OperatorError(kind, message, remedy, {
      ...{ field, values, cause: error },
      ...(code !== null && { code }),
    })
  }
}

/** Another user's object is treated as missing. */
export function assertOwn(principal: Principal, userId: number): void {
  const owner = ownerScope(principal)
  if (owner !== null && owner !== userId) throw new ApiError('not_found')
}
