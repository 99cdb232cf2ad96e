/** Signing in with an OpenID provider: the browser goes there, comes back, and is signed in. */
import type { SignInChecks } from '../../../../access/single-sign-on.ts'
import { SignInRefusal } from '../../../../admin/identity/refusal.ts'
import {
  deviceCookie,
  oidcCookie,
  readCookie,
  removedCookie,
  sessionCookie,
} from '../../../web/cookies.ts'
import * as contract from '../contract/system.ts'
import type { AdminContext, AdminRoutes } from '../frame/operation.ts'
import type { AdminApiParts } from '../frame/parts.ts'
import { originOf } from './sessions.ts'

const CALLBACK = '/admin/v1/oidc/callback'

/** What the browser keeps while it is at the provider. */
interface Pending extends SignInChecks {
  returnTo: string
}

export function singleSignOnOperations({ on, parts }: AdminRoutes): void {
  on(contract.startOidc, async (context) => {
    const { oidc } = parts
    const { publicUrl, isSecure } = context.var.visit
    const returnTo = placeIn(publicUrl, context.req.valid('query').return_to)
    if (oidc === null) return back(context, returnTo, 'oidc_unavailable')
    try {
      const { url, checks } = await oidc.provider.begin(publicUrl + CALLBACK)
      const pending: Pending = { ...checks, returnTo }
      context.header('set-cookie', oidcCookie(encoded(pending), isSecure))
      return context.redirect(url, 302)
    } catch (error) {
      report(parts, context, error)
      return back(context, returnTo, 'oidc_unavailable')
    }
  })
  on(contract.finishOidc, async (context) => {
    const { publicUrl, isSecure } = context.var.visit
    const pending = decoded(readCookie(context.env.exchange.headers.get('cookie'), 'oidc'))
    for (const cookie of removedCookie('oidc'))
      context.header('set-cookie', cookie, { append: true })
    const returnTo = placeIn(publicUrl, pending?.returnTo)
    const { oidc } = parts
    if (oidc === null || pending === null) return back(context, returnTo, 'oidc_failed')
    try {
      const callback = new URL(publicUrl + CALLBACK + new URL(context.req.url).search)
      const identity = await oidc.provider.finish(callback, pending)
      const result = await parts.identity.signInAs(identity, oidc.roles, originOf(context))
      context.header('set-cookie', sessionCookie(result.token, isSecure), { append: true })
      context.header('set-cookie', deviceCookie(result.device, isSecure), { append: true })
      return context.redirect(returnTo, 302)
    } catch (error) {
      report(parts, context, error)
      return back(context, returnTo, error instanceof SignInRefusal ? error.code : 'oidc_failed')
    }
  })
}

/** The console says in the browser's language what the code means. */
function back(context: AdminContext, returnTo: string, code: string) {
  const address = new URL(returnTo)
  address.searchParams.set('sign_in_error', code)
  return context.redirect(address.href, 302)
}

/** A page of this console; any other address would make the gateway a help for phishing. */
function placeIn(publicUrl: string, wanted: string | undefined): string {
  const home = `${publicUrl}/console/`
  const url = wanted === undefined ? null : URL.parse(wanted)
  if (url === null || !url.href.startsWith(new URL(home).href)) return home
  url.searchParams.delete('sign_in_error')
  return url.href
}

function report({ services }: AdminApiParts, context: AdminContext, error: unknown): void {
  const { requestId } = context.env
  const { address } = context.var.visit
  const reason = error instanceof SignInRefusal ? error.code : causesOf(error)
  services.logger.warn({ requestId, address, reason }, 'single sign-on refused')
}

/** Errors of the library say what was wrong in their cause. */
function causesOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { cause } = error
  return cause instanceof Error ? `${error.message}: ${cause.message}` : error.message
}

function encoded(pending: Pending): string {
  return Buffer.from(JSON.stringify(pending)).toString('base64url')
}

/** Null if there is none, or it is not as it was set. */
function decoded(cookie: string | null): Pending | null {
  if (cookie === null) return null
  try {
    const value = JSON.parse(Buffer.from(cookie, 'base64url').toString()) as Partial<Pending> | null
    const { state, nonce, codeVerifier, returnTo } = value ?? {}
    if (!isText(state) || !isText(nonce) || !isText(codeVerifier) || !isText(returnTo)) return null
    return { state, nonce, codeVerifier, returnTo }
  } catch {
    return null
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
