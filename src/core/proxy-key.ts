/** The form of a proxy key: `sk-proxy-`, 32 base62 characters, then their CRC-32 in six more. */

export const PROXY_KEY_PREFIX = 'sk-proxy-'
const BODY_LENGTH = 32
const CHECK_LENGTH = 6
const KEY_LENGTH = PROXY_KEY_PREFIX.length + BODY_LENGTH + CHECK_LENGTH
const DISPLAY_LENGTH = PROXY_KEY_PREFIX.length + 6
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** CRC-32 as in ISO 3309 (polynomial 0xEDB88320), one table entry a byte value. */
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1
  return value >>> 0
})

/**
 * Makes a key from at least 64 random bytes. Bytes of 248 and above are passed over, so that
 * each of the 62 characters is equally likely; throws where too few bytes are left.
 */
export function mintProxyKey(randomBytes: Uint8Array): string {
  let body = ''
  for (const byte of randomBytes) {
    if (byte < 248 && body.length < BODY_LENGTH) body += BASE62[byte % 62]
  }
  if (body.length < BODY_LENGTH) throw new Error('mintProxyKey: too few random bytes')
  return PROXY_KEY_PREFIX + body + checkCharacters(body)
}

/** True where prefix, length, alphabet and checksum are right: everything that needs no look-up. */
export function isWellFormedProxyKey(key: string): boolean {
  if (key.length !== KEY_LENGTH || !key.startsWith(PROXY_KEY_PREFIX)) return false
  const body = key.slice(PROXY_KEY_PREFIX.length, PROXY_KEY_PREFIX.length + BODY_LENGTH)
  return checkCharacters(body) === key.slice(-CHECK_LENGTH) && isBase62(body)
}

/** What may be shown of a key after it was created. */
export function displayPrefix(key: string): string {
  return key.slice(0, DISPLAY_LENGTH)
}

function isBase62(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    if (!BASE62.includes(text[index] as string)) return false
  }
  return true
}

function checkCharacters(body: string): string {
  let crc = 0xffffffff
  for (let index = 0; index < body.length; index++) {
    crc = (CRC_TABLE[(crc ^ body.charCodeAt(index)) & 0xff] as number) ^ (crc >>> 8)
  }
  let rest = (crc ^ 0xffffffff) >>> 0
  let text = ''
  for (let place = 0; place < CHECK_LENGTH; place++) {
    text = BASE62[rest % 62] + text
    rest = Math.floor(rest / 62)
  }
  return text
}
