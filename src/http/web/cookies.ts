/** The cookies of the console: one for the session, one by which a browser is known again. */

const SESSION = 'gpt_proxy_session'
const DEVICE = 'gpt_proxy_device'
/** RFC 6265bis: only a secure page of this very host can have set it. */
const HOST_PREFIX = '__Host-'
const DEVICE_DAYS = 180

export type CookieKind = 'session' | 'device' | 'oidc'
const NAMES: Record<CookieKind, string> = {
  session: SESSION,
  device: DEVICE,
  oidc: 'gpt_proxy_oidc',
}

/** The one with the prefix comes first: a neighbour on plain HTTP could have set the other. */
export function readCookie(header: string | null, kind: CookieKind): string | null {
  if (header === null) return null
  const name = NAMES[kind]
  const pairs = header.split(';').map((pair) => pair.trim())
  const valueFor = (wanted: string) =>
    pairs.find((pair) => pair.startsWith(`${wanted}=`))?.slice(wanted.length + 1) ?? null
  return valueFor(HOST_PREFIX + name) ?? valueFor(name)
}

/** Without an age it would end with the browser; the server ends a session by itself. */
export function sessionCookie(token: string, isSecure: boolean): string {
  return cookie('session', token, isSecure, 'Strict; Max-Age=31536000')
}

export function deviceCookie(token: string, isSecure: boolean): string {
  return cookie('device', token, isSecure, `Strict; Max-Age=${DEVICE_DAYS * 86_400}`)
}

const OIDC_SECONDS = 600

/** Lax: the browser comes back from the provider's site. What it holds is of use once, for one sign-in. */
export function oidcCookie(value: string, isSecure: boolean): string {
  return cookie('oidc', value, isSecure, `Lax; Max-Age=${OIDC_SECONDS}`)
}

/** Both names: which of them the browser holds depends on how it came the last time. */
export function removedCookie(kind: CookieKind): string[] {
  const site = kind === 'oidc' ? 'Lax' : 'Strict'
  return [
    cookie(kind, '', true, `${site}; Max-Age=0`),
    cookie(kind, '', false, `${site}; Max-Age=0`),
  ]
}

function cookie(kind: CookieKind, value: string, isSecure: boolean, rest: string): string {
  const prefix = isSecure ? HOST_PREFIX : ''
  const secure = isSecure ? '; Secure' : ''
  return `${prefix}${NAMES[kind]}=${value}; Path=/; HttpOnly${secure}; SameSite=${rest}`
}
