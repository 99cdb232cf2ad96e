/** AES-256-GCM of texts. What a text is bound to is authenticated, and has to be named again to open it. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

const NONCE_BYTES = 12
const TAG_BYTES = 16

/** Both in Base64 for URLs, without padding. */
export interface Encrypted {
  nonce: string
  body: string
}

export function encrypt(key: Uint8Array, text: string, boundTo: Uint8Array): Encrypted {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  cipher.setAAD(boundTo)
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
  return { nonce: nonce.toString('base64url'), body: sealed.toString('base64url') }
}

/** Null if it is bound to something else, was changed, or was encrypted with another key. */
export function decrypt(
  key: Uint8Array,
  { nonce, body }: Encrypted,
  boundTo: Uint8Array,
): string | null {
  const bytes = Buffer.from(body, 'base64url')
  // Base64 has spare bits at its end: only the canonical spelling that encrypt() writes is accepted.
  if (bytes.length < TAG_BYTES || bytes.toString('base64url') !== body) return null
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce, 'base64url'), {
      authTagLength: TAG_BYTES,
    })
    decipher.setAAD(boundTo)
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES))
    return Buffer.concat([
      decipher.update(bytes.subarray(0, -TAG_BYTES)),
      decipher.final(),
    ]).toString('utf8')
  } catch {
    return null
  }
}
