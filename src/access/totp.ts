/** The second factor: time-based one-time passwords (RFC 6238, 30 s, six digits, SHA-1 as the apps expect). */

export interface Totp {
  /** Base32. */
  newSecret(): string
  /** What a QR code for an app holds. */
  uri(secret: string, username: string): string
  /** The time step that the code is of, within one step of now; null if it is none. */
  stepOf(secret: string, code: string, nowMs: number): number | null
}
