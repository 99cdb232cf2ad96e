/** Removes keys from text that came from an upstream, before it is shown, logged or stored. */
import { secretParts } from './text/credential-text.ts'

const MASK = '[redacted]'
/** Key-shaped tokens of any owner: an upstream may echo a key that the gateway never had. */
const KEY_SHAPED = /\b(?:sk|rk|pk|ak|AIza|gsk|xai)[-_][A-Za-z0-9_\-*.]{8,}|\bBearer\s+[^\s"',]{8,}/g
const SHORTEST_PART = 8
/**
 * Characters that JSON may escape, including JSON embedded as a string in JSON. A match begins where a run of
 * backslashes begins, so that a run of thousands is read once, not once from each of them.
 */
const ESCAPE = /(?<!\\)\\+(?:u00([2-7][0-9a-f])|\/)/gi

/**
 * Whether a key is a secret at all. Servers of local models check none, so people give them a word
 * (`lm-studio`, `ollama`, `EMPTY`, `sk-no-key-required`), which any answer may contain.
 */
export function isSecret(key: string): boolean {
  if (key.length >= LONG_KEY) return true
  return key.split(/[^A-Za-z0-9]+/).some(isRandom)
}

const LONG_KEY = 24
const LONG_WORD = 16
const SHORT_RANDOM = 8

/** Letters and digits mixed, letters of both cases, or longer than a word. */
function isRandom(part: string): boolean {
  if (part.length >= LONG_WORD) return true
  if (part.length < SHORT_RANDOM) return false
  const mixesDigits = /[A-Za-z]/.test(part) && /\d/.test(part)
  const isWord = /^(?:[a-z]+|[A-Z]+|[A-Z][a-z]+|\d+)$/.test(part)
  return mixesDigits || !isWord
}

/** The forms in which upstreams echo a key: plain, URL-encoded, base64 (both alphabets), hex. Checked in every reply. */
export function echoForms(secret: string): string[] {
  return secretParts(secret).flatMap(echoFormsOf)
}

function echoFormsOf(secret: string): string[] {
  if (!isSecret(secret)) return []
  const bytes = new TextEncoder().encode(secret)
  const hex = hexDigits(bytes).join('')
  return [
    ...new Set([
      secret,
      encodeURIComponent(secret),
      ...base64Forms(bytes, 0),
      hex,
      hex.toUpperCase(),
    ]),
  ]
}

/** Also the forms embedded in larger values, such as basic credentials. Checked on error paths. Empty for a plain word. */
export function secretForms(secret: string): string[] {
  return secretParts(secret).flatMap(secretFormsOf)
}

function secretFormsOf(secret: string): string[] {
  if (!isSecret(secret)) return []
  const bytes = new TextEncoder().encode(secret)
  const escaped = hexDigits(bytes).map((digits) => `%${digits}`)
  const inside = [1, 2].flatMap((offset) => base64Forms(bytes, offset))
  const everyByte = [escaped.join(''), escaped.join('').toUpperCase()]
  return [...new Set([...echoFormsOf(secret), ...inside, ...everyByte])]
}

function hexDigits(bytes: Uint8Array): string[] {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0'))
}

/** The base64 characters that depend only on these bytes, when `offset` other bytes (modulo 3) precede them. */
function base64Forms(bytes: Uint8Array, offset: number): string[] {
  const whole = btoa(`${'\0'.repeat(offset)}${String.fromCharCode(...bytes)}`).replace(/=+$/, '')
  const shared = (offset + bytes.length) % 3 === 0 ? 0 : 1
  const text = offset === 0 ? whole : whole.slice(offset + 1, whole.length - shared)
  return [text, text.replaceAll('+', '-').replaceAll('/', '_')]
}

/** Whether a text contains one of the forms, plain or with JSON escapes. */
export function holdsForm(text: string, forms: readonly string[]): boolean {
  if (includesAny(text, forms)) return true
  const plain = unescaped(text)
  return plain !== text && includesAny(plain, forms)
}

function includesAny(text: string, forms: readonly string[]): boolean {
  for (const form of forms) if (text.includes(form)) return true
  return false
}

/** Quotes and backslashes stay escaped, so that the JSON stays valid. */
function unescaped(text: string): string {
  if (!text.includes('\\u00') && !text.includes('\\/')) return text
  return text.replace(ESCAPE, (written, hex?: string) => {
    const plain = hex === undefined ? '/' : String.fromCharCode(Number.parseInt(hex, 16))
    return plain === '"' || plain === '\\' ? written : plain
  })
}

/** For short texts on error paths. Also masks any run of at least half of the secret. */
export function redact(text: string, forms: readonly string[]): string {
  const plain = unescaped(text)
  let clean = plain !== text && includesAny(plain, forms) ? plain : text
  for (const form of forms) {
    clean = clean.replaceAll(form, MASK)
    clean = maskPart(clean, form.slice(0, Math.max(SHORTEST_PART, form.length >> 1)))
    clean = maskPart(clean, form.slice(-Math.max(SHORTEST_PART, form.length >> 1)))
  }
  return clean.replace(KEY_SHAPED, MASK)
}

function maskPart(text: string, part: string): string {
  return part.length < SHORTEST_PART ? text : text.replaceAll(part, MASK)
}

/** Redacts every string in a JSON value, including object keys. */
export function redactValue(value: unknown, forms: readonly string[]): unknown {
  if (typeof value === 'string') return redact(value, forms)
  if (Array.isArray(value)) return value.map((item) => redactValue(item, forms))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [redact(key, forms), redactValue(item, forms)]),
  )
}

/** Only values that look like error codes are shown; a key of letters alone looks like one, too. */
export function shownCode(code: string | null, secretForms: readonly string[]): string | null {
  const fits = code !== null && /^(?:[a-z_]{1,50}|\d{3})$/i.test(code)
  return fits && redact(code, secretForms) === code ? code : null
}
