/** Who calls the admin API and at which address, from the values that can be trusted. */
import type { HeaderSource } from '../../core/headers.ts'
import { clientAddress, type Trust } from '../../limits/client-address.ts'

export interface Visit {
  /** The client's address, for the audit log and the lockout; an IPv6 one as its /64. */
  address: string
  /** What the browser has in its address bar: scheme, host and path prefix, without a slash at the end. */
  publicUrl: string
  /** It came over HTTPS. */
  isSecure: boolean
}

export interface ProxyRules {
  /** PUBLIC_URL, which comes before whatever a request says. */
  publicUrl: string | null
  trusts: Trust
}

const HOST = /^[\w.-]+(:\d{1,5})?$|^\[[\da-fA-F:.]+\](:\d{1,5})?$/
const PREFIX = /^(\/[\w.~-]+)*$/

/** Forwarded values count only from trusted proxies, because any client can send them. */
export function readVisit(
  peer: string,
  headers: HeaderSource,
  { publicUrl, trusts }: ProxyRules,
): Visit {
  const forwarded = trusts(peer) ? (name: string) => first(headers.get(name)) : () => null
  const host = sane(forwarded('x-forwarded-host'), HOST) ?? sane(headers.get('host'), HOST)
  const scheme = forwarded('x-forwarded-proto')?.toLowerCase() === 'https' ? 'https' : 'http'
  const prefix = sane(withoutEndSlash(forwarded('x-forwarded-prefix')), PREFIX) ?? ''
  const seen = `${scheme}://${host ?? 'localhost'}${prefix}`
  const shown = withoutEndSlash(publicUrl) ?? seen
  return {
    address: clientAddress(peer, headers.get('x-forwarded-for'), trusts),
    publicUrl: shown,
    isSecure: scheme === 'https' || isPageSecure(headers) || isHttpsOf(publicUrl, host),
  }
}

/** A browser tells the scheme of the page itself, also behind a proxy that is not trusted. */
function isPageSecure(headers: HeaderSource): boolean {
  return headers.get('origin')?.startsWith('https://') ?? false
}

/** A browser may also use the plain internal address, where it would not keep a secure cookie. */
function isHttpsOf(publicUrl: string | null, host: string | null): boolean {
  const url = publicUrl === null ? null : URL.parse(publicUrl)
  return url?.protocol === 'https:' && url.host === host
}

/** `/\/+$/` would read thousands of slashes once from each of them. */
function withoutEndSlash(value: string | null): string | null {
  if (value === null) return null
  let end = value.length
  while (value[end - 1] === '/') end--
  return value.slice(0, end)
}

function first(value: string | null): string | null {
  return value?.split(',')[0]?.trim() ?? null
}

function sane(value: string | null, form: RegExp): string | null {
  return value !== null && form.test(value) ? value : null
}
