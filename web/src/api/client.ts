/** The one way to the admin API: typed calls, one kind of error, and notice when the session has ended. */
import { i18n } from '@lingui/core'
import createClient from 'openapi-fetch'
import { ADMIN_URL } from '@/lib/addresses.ts'
import { type ApiError, errorFrom, unreachable } from './errors.ts'
import type { components, paths } from './schema.ts'

export type Schemas = components['schemas']

export const api = createClient<paths>({
  baseUrl: ADMIN_URL,
  credentials: 'same-origin',
  headers: { accept: 'application/json' },
})

/** Messages of errors come in the console's language, which need not be the browser's. */
api.use({
  onRequest({ request }) {
    request.headers.set('accept-language', i18n.locale)
  },
})

interface Reply<Data> {
  data?: Data
  error?: unknown
  response: Response
}

/** A value with the version it has, to send back in `If-Match`. */
export interface Versioned<Value> {
  value: Value
  etag: string
}

let onSessionEnd: (() => void) | null = null

/** Called when a request is refused because the session has ended. */
export function whenSessionEnds(listener: () => void): void {
  onSessionEnd = listener
}

export async function unwrap<Data>(call: Promise<Reply<Data>>): Promise<Data> {
  const { data } = await settle(call)
  return data as Data
}

export async function unwrapVersioned<Data>(call: Promise<Reply<Data>>): Promise<Versioned<Data>> {
  const { data, response } = await settle(call)
  return { value: data as Data, etag: response.headers.get('etag') ?? '' }
}

async function settle<Data>(call: Promise<Reply<Data>>): Promise<Reply<Data>> {
  let reply: Reply<Data>
  try {
    reply = await call
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw unreachable()
  }
  if (reply.response.ok) return reply
  const error = await errorFrom(reply.response, reply.error)
  if (isSignedOut(error)) onSessionEnd?.()
  throw error
}

function isSignedOut({ status, code }: ApiError): boolean {
  return (
    status === 401 &&
    !['invalid_credentials', 'second_factor_required', 'totp_required'].includes(code)
  )
}

/** Names one creation, so that a repeated click or a lost reply does not create a second thing. */
export function idempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/**
 * Does `work` once: a second click while it runs, or after it has succeeded, gets the same result. After a failure it
 * may be tried again.
 */
export function once<Arguments extends unknown[], Result>(
  work: (...given: Arguments) => Promise<Result>,
): (...given: Arguments) => Promise<Result> {
  let first: Promise<Result> | null = null
  return (...given) => {
    first ??= work(...given).catch((error: unknown) => {
      first = null
      throw error
    })
    return first
  }
}
