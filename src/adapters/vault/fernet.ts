/**
 * Opens Fernet tokens (github.com/fernet/spec), which Python programs encrypt columns with: version 0x80, a time,
 * an IV, AES-128-CBC, and an HMAC-SHA-256 over all of it.
 */
import { createDecipheriv, createHash, createHmac, timingSafeEqual } from 'node:crypto'

const VERSION = 0x80
const IV_AT = 9
const BODY_AT = 25
const HMAC_BYTES = 32
const BLOCK_BYTES = 16
const KEY_BYTES = 32

/**
 * The keys that a program may have made of the text in its configuration: base64 of 32 bytes, which is Fernet's own
 * form; 64 hex digits (`openssl rand -hex 32`); its first 32 characters; its SHA-256. A wrong one opens nothing.
 */
export function fernetKeys(text: string): Buffer[] {
  const given = text.trim()
  const keys = [Buffer.from(given, 'base64url')]
  if (/^[0-9a-f]{64}$/i.test(given)) keys.push(Buffer.from(given, 'hex'))
  keys.push(Buffer.from(given, 'utf8').subarray(0, KEY_BYTES))
  keys.push(createHash('sha256').update(given).digest())
  return keys.filter((key) => key.length === KEY_BYTES)
}

/** The text in a token; null if none of the keys opens it. */
export function openFernet(token: string, keys: readonly Buffer[]): string | null {
  const bytes = Buffer.from(token.trim(), 'base64url')
  const signedLength = bytes.length - HMAC_BYTES
  const bodyLength = signedLength - BODY_AT
  if (bytes[0] !== VERSION || bodyLength < BLOCK_BYTES || bodyLength % BLOCK_BYTES !== 0)
    return null
  const signed = bytes.subarray(0, signedLength)
  const key = keys.find((each) =>
    timingSafeEqual(
      createHmac('sha256', each.subarray(0, 16)).update(signed).digest(),
      bytes.subarray(signedLength),
    ),
  )
  if (key === undefined) return null
  try {
    const decipher = createDecipheriv(
      'aes-128-cbc',
      key.subarray(16),
      bytes.subarray(IV_AT, BODY_AT),
    )
    return Buffer.concat([decipher.update(signed.subarray(BODY_AT)), decipher.final()]).toString()
  } catch {
    return null
  }
}
