/** The form of a proxy key: `sk-proxy-`, 32 base62 characters, then their CRC-32 in six more. */

export const PROXY_KEY_PREFIX = 'sk-proxy-'
const BODY_LENGTH = 32
const CHECK_LENGTH = 6
const KEY_LENGTH = PROXY_KEY_PREFIX.length + BODY_LENGTH + CHECK_LENGTH
const DISPLAY_LENGTH = PROXY_KEY_PREFIX.length + 6
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
/** Character code → its value as a digit. */
const VALUES = Uint8Array.from({ length: 123 }, (_, code) =>
  Math.max(0, BASE62.indexOf(String.fromCharCode(code))),
)

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

const FORM = new RegExp(`^${PROXY_KEY_PREFIX}[0-9A-Za-z]{${BODY_LENGTH + CHECK_LENGTH}}$`)

/** True where prefix, length, alphabet and checksum are right: everything that needs no look-up. */
export function isWellFormedProxyKey(key: string): boolean {
  if (key.length !== KEY_LENGTH || !FORM.test(key)) return false
  let check = 0
  for (let at = KEY_LENGTH - CHECK_LENGTH; at < KEY_LENGTH; at++)
    check = check * 62 + (VALUES[key.charCodeAt(at)] as number)
  return check === crc32(key, PROXY_KEY_PREFIX.length, KEY_LENGTH - CHECK_LENGTH)
}

const MINTED_PREFIX = new RegExp(
  `^${PROXY_KEY_PREFIX}[0-9A-Za-z]{${DISPLAY_LENGTH - PROXY_KEY_PREFIX.length}}$`,
)

/** True if it is what `displayPrefix` shows of a key minted here. */
export function isMintedPrefix(prefix: string): boolean {
  return MINTED_PREFIX.test(prefix)
}

/** Printable ASCII without blanks: what a key that another program made may consist of. */
export function mayBeForeignKey(key: string): boolean {
  return /^[\x21-\x7e]{8,512}$/.test(key)
}

/** What may be shown of a key after it was created. */
export function displayPrefix(key: string): string {
  return key.slice(0, DISPLAY_LENGTH)
}

function checkCharacters(body: string): string {
  let rest = crc32(body, 0, body.length)
  let text = ''
  for (let place = 0; place < CHECK_LENGTH; place++) {
    text = BASE62[rest % 62] + text
    rest = Math.floor(rest / 62)
  }
  return text
}

function crc32(text: string, from: number, to: number): number {
  let crc = 0xffffffff
  for (let at = from; at < to; at++) {
    crc = (CRC_TABLE[(crc ^ text.charCodeAt(at)) & 0xff] as number) ^ (crc >>> 8)
  }
  return (crc ^ 0xffffffff) >>> 0
}
