/** A session: an opaque token in a cookie; only its digest is stored. */

export interface Session {
  id: number
  userId: number
  createdAtMs: number
  lastSeenAtMs: number
  expiresAtMs: number
  /** Of the client that signed in. */
  address: string
  userAgent: string
}

/** Without a request for this long a session ends. */
export const SESSION_IDLE_MS = 12 * 3_600_000
/** A session in use is written back this often, so that most requests only read. */
const TOUCH_EVERY_MS = 60_000
const TOKEN_BYTES = 32
const MAX_USER_AGENT = 200

export function mintToken(randomBytes: (count: number) => Uint8Array): string {
  return Buffer.from(randomBytes(TOKEN_BYTES)).toString('base64url')
}

/** 32 bytes as base64url; anything else is refused without a look-up. */
export function isWellFormedToken(token: string): boolean {
  return /^[\w-]{43}$/.test(token)
}

export function isLive(session: Session, nowMs: number): boolean {
  return session.expiresAtMs > nowMs
}

/** When a session that is used now ends; null if the stored time is recent enough. */
export function extended(session: Session, nowMs: number): number | null {
  return nowMs - session.lastSeenAtMs < TOUCH_EVERY_MS ? null : nowMs + SESSION_IDLE_MS
}

/** Any client may send any name; the list of sessions shows it in one line. */
export function shownUserAgent(given: string | null): string {
  return (given ?? '').replace(/[\p{Cc}\p{Cf}]/gu, ' ').slice(0, MAX_USER_AGENT)
}
