/** Signing in and out, and one's own account. */
import type { SignInOrigin } from '../../../../admin/identity/parts.ts'
import { type SignedIn, signedInActor } from '../../../../admin/identity/sessions.ts'
import type { User } from '../../../../core/entities.ts'
import { isoTime } from '../../../../core/time/iso-time.ts'
import { deviceCookie, readCookie, removedCookie, sessionCookie } from '../../../web/cookies.ts'
import * as contract from '../contract/session.ts'
import { ApiError } from '../frame/api-error.ts'
import { type AdminContext, type AdminRoutes, actorOf, languageOf } from '../frame/operation.ts'
import type { AdminApiParts, Principal } from '../frame/parts.ts'

const SIGN_IN_START = '/admin/v1/oidc/start'
const PLAIN_HTTP = {
  en: 'This page is served over plain HTTP: anyone on the network path can read the password. Put HTTPS in front, or sign in from this machine only.',
  zh: '此页面通过明文 HTTP 提供：网络路径上的任何人都能读到密码。请在前面配置 HTTPS，或只在本机登录。',
}

export function sessionOperations(api: AdminRoutes): void {
  signingIn(api)
  ownAccount(api)
  sessionList(api)
}

function signingIn({ on, parts }: AdminRoutes): void {
  const { identity, oidc } = parts
  const signedIn = async (context: AdminContext, result: SignedIn) => {
    const { isSecure } = context.var.visit
    context.header('set-cookie', sessionCookie(result.token, isSecure), { append: true })
    context.header('set-cookie', deviceCookie(result.device, isSecure), { append: true })
    return identityView(parts, {
      user: result.user,
      role: result.user.role,
      by: 'session',
      sessionId: result.session.id,
      expiresAtMs: result.session.expiresAtMs,
    })
  }

  on(contract.signInOptions, async (context) => {
    const { isSecure } = context.var.visit
    return context.json(
      {
        password: true,
        oidc:
          oidc === null
            ? null
            : {
                name: oidc.provider.name,
                start: SIGN_IN_START,
                available: oidc.provider.isAvailable(),
              },
        needs_setup: !(await identity.hasAnyPassword()),
        secure: isSecure,
        hint: isSecure ? null : PLAIN_HTTP[languageOf(context)],
        version: parts.version,
      },
      200,
    )
  })
  on(contract.signIn, async (context) =>
    context.json(
      await signedIn(context, await identity.signIn(context.req.valid('json'), originOf(context))),
      200,
    ),
  )
  on(contract.setUp, async (context) => {
    const { token, password } = context.req.valid('json')
    const result = await identity.setUp(token, password, originOf(context))
    return context.json(await signedIn(context, result), 200)
  })
  on(contract.whoAmI, async (context) =>
    context.json(await identityView(parts, context.var.principal), 200),
  )
  on(contract.signOut, async (context) => {
    const { principal } = context.var
    if (principal.sessionId !== null)
      await identity.sessions.end(actorOf(context), principal.sessionId, principal.user.id)
    for (const cookie of removedCookie('session'))
      context.header('set-cookie', cookie, { append: true })
    return context.body(null, 204)
  })
}

function ownAccount({ on, parts: { identity } }: AdminRoutes): void {
  on(contract.changePassword, async (context) => {
    const { user, sessionId } = context.var.principal
    const given = context.req.valid('json')
    await identity.changePassword({ user, sessionId }, given, originOf(context))
    return context.body(null, 204)
  })
  on(contract.startTotp, async (context) => {
    const { password } = context.req.valid('json')
    const started = await identity.startTotp(
      context.var.principal.user,
      password,
      originOf(context),
    )
    return context.json(started, 200)
  })
  on(contract.confirmTotp, async (context) => {
    const { code } = context.req.valid('json')
    await identity.confirmTotp(context.var.principal.user, code, originOf(context))
    return context.body(null, 204)
  })
  on(contract.removeTotp, async (context) => {
    const given = context.req.valid('json')
    await identity.removeTotp(context.var.principal.user, given, originOf(context))
    return context.body(null, 204)
  })
}

function sessionList({ on, parts: { identity } }: AdminRoutes): void {
  on(contract.listSessions, async (context) => {
    const { principal } = context.var
    const { user_id, all } = context.req.valid('query')
    const asked = all ? null : (user_id ?? principal.user.id)
    const userId = principal.role === 'admin' ? asked : principal.user.id
    const items = (await identity.sessions.list(userId)).map(({ session, user }) => ({
      id: session.id,
      user_id: user.id,
      username: user.username,
      created_at: isoTime(session.createdAtMs),
      last_seen_at: isoTime(session.lastSeenAtMs),
      expires_at: isoTime(session.expiresAtMs),
      address: session.address,
      user_agent: session.userAgent,
      current: session.id === principal.sessionId,
    }))
    return context.json({ items, next_cursor: null, total: items.length }, 200)
  })
  on(contract.endSession, async (context) => {
    const { principal, visit } = context.var
    const owner = principal.role === 'admin' ? null : principal.user.id
    const { id } = context.req.valid('param')
    const ended = await identity.sessions.end(
      signedInActor(principal.user, visit.address),
      id,
      owner,
    )
    if (!ended) throw new ApiError('not_found')
    return context.body(null, 204)
  })
}

export async function identityView(parts: AdminApiParts, principal: Principal) {
  const { user, role, by, sessionId, expiresAtMs } = principal
  const ways = await waysOf(parts, user)
  return {
    user_id: user.id,
    username: user.username,
    role,
    by,
    has_password: ways.password,
    totp_enabled: ways.totp,
    session_id: sessionId,
    expires_at: expiresAtMs === null ? null : isoTime(expiresAtMs),
    now: isoTime(parts.nowMs()),
  }
}

async function waysOf({ identity }: AdminApiParts, { id }: User) {
  return (await identity.waysOf([id])).get(id) ?? { password: false, totp: false }
}

export function originOf(context: AdminContext): SignInOrigin {
  const { headers } = context.env.exchange
  return {
    address: context.var.visit.address,
    userAgent: headers.get('user-agent') ?? '',
    device: readCookie(headers.get('cookie'), 'device'),
  }
}
