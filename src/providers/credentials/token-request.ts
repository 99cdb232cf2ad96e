/** How credentials are requested: a request and a reader of its reply. The caller supplies the transport. */

export interface CredentialRequest {
  method: 'GET' | 'POST' | 'PUT'
  url: string
  headers: Readonly<Record<string, string>>
  body: string | null
}

export interface CredentialReply {
  status: number
  body: string
}

/** Sends one request to where credentials come from. Follows no redirects. */
export type CredentialFetch = (request: CredentialRequest) => Promise<CredentialReply>

/** No credentials came. The message names the source and its reason, and holds no secret. */
export class CredentialError extends Error {
  override readonly name = 'CredentialError'
  /** The source said no; to ask again would not help. Else it did not answer well. */
  readonly refused: boolean

  constructor(message: string, refused: boolean) {
    super(message)
    this.refused = refused
  }
}

/** A reply's JSON, or a CredentialError with what the source says of its refusal. */
export function jsonFrom(
  source: string,
  { status, body }: CredentialReply,
): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    value = null
  }
  const fields =
    typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  if (status >= 200 && status < 300 && value !== null) return fields
  const { error, error_description: description } = fields
  const reason = [error, description].filter((each) => typeof each === 'string').join(': ')
  throw new CredentialError(
    `${source} answered with ${status}${reason === '' ? '' : `: ${reason.slice(0, 300)}`}`,
    isRefusal(status) && !PASSING.has(String(error)),
  )
}

/** OAuth's words for trouble of the server's own, whatever the status (RFC 6749, 4.1.2.1). */
const PASSING = new Set(['temporarily_unavailable', 'server_error'])

/** A 408 or 429 is over soon. */
export function isRefusal(status: number): boolean {
  return status >= 400 && status < 500 && status !== 408 && status !== 429
}

/** OAuth's reply: `access_token`, and how many seconds it holds. */
export function tokenFrom(source: string, reply: CredentialReply, nowMs: number) {
  const { access_token: value, expires_in: seconds } = jsonFrom(source, reply)
  if (typeof value !== 'string' || value === '')
    throw new CredentialError(`${source} gave no access token`, false)
  // Entra ID writes the number as text at some of its addresses.
  const life = Number(seconds)
  return { value, expiresAtMs: nowMs + (Number.isFinite(life) && life > 0 ? life : 300) * 1_000 }
}

export function form(fields: Readonly<Record<string, string>>): string {
  return new URLSearchParams(fields).toString()
}

export const FORM = { 'content-type': 'application/x-www-form-urlencoded' } as const
