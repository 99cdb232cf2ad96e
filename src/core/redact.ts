/** Takes keys out of text that came from an upstream, before it is shown, logged or stored. */

const MASK = '[redacted]'
/** Key-shaped tokens of any owner: an upstream may echo a key that we never held. */
const KEY_SHAPED = /\b(?:sk|rk|pk|ak|AIza|gsk|xai)[-_][A-Za-z0-9_\-*.]{8,}|\bBearer\s+[^\s"',]{8,}/g
const SHORTEST_PART = 8

/** The forms one secret can be echoed in: as it is, URL-encoded, base64 (both alphabets), hex. */
export function secretForms(secret: string): string[] {
  const bytes = new TextEncoder().encode(secret)
  const base64 = btoa(String.fromCharCode(...bytes)).replace(/=+$/, '')
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  const forms = [
    secret,
    encodeURIComponent(secret),
    base64,
    base64.replaceAll('+', '-').replaceAll('/', '_'),
    hex,
    hex.toUpperCase(),
  ]
  return [...new Set(forms)]
}

/** For short texts on error paths. Also masks any run of at least half of the secret. */
export function redact(text: string, forms: readonly string[]): string {
  let clean = text
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

/** Every text inside a JSON value, keys included, redacted. */
export function redactValue(value: unknown, forms: readonly string[]): unknown {
  if (typeof value === 'string') return redact(value, forms)
  if (Array.isArray(value)) return value.map((item) => redactValue(item, forms))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [redact(key, forms), redactValue(item, forms)]),
  )
}
