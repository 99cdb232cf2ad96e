/** Joins an operation of the contract to its handler, behind the guard for the roles that it declares. */
import type { OpenAPIHono, RouteConfig, RouteHandler } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { Actor } from '../../../../admin/changes.ts'
import { versionOf } from '../../../../admin/versions.ts'
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
      const guarded = { ...operation, middleware: guard(operation['x-access'], parts) }
      app.openapi(guarded, handler as never)
    },
  }
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

/** Another user's object is treated as missing. */
export function assertOwn(principal: Principal, userId: number): void {
  const owner = ownerScope(principal)
  if (owner !== null && owner !== userId) throw new ApiError('not_found')
}
