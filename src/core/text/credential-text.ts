/** Stored secrets that are not one key: JSON credentials, a pair of AWS keys, or a word for the machine's identity. */

/** Used instead of a key: authenticate with the machine's own identity. */
export const AMBIENT = { google: 'adc', aws: 'role' } as const

const MAX_LENGTH = 16_384
/** Members of JSON credentials that must never be shown; the others identify the owner. */
const SENSITIVE = new Set([
  'private_key',
  'secretAccessKey',
  'SecretAccessKey',
  'sessionToken',
  'SessionToken',
  'clientSecret',
  'client_secret',
  'password',
])

export function isCredential(text: string): boolean {
  if (text === AMBIENT.google || text === AMBIENT.aws) return true
  return text.length <= MAX_LENGTH && secretMembers(text).length > 0
}

/** The secret parts of a stored secret; for an ordinary key, the whole of it. */
export function secretParts(text: string): string[] {
  if (text.startsWith('{')) return [...secretMembers(text), text]
  return /^A[KS]IA[A-Z0-9]+:/.test(text) ? text.split(':').slice(1) : [text]
}

/** The last characters, which people may see to recognise it. */
export function keyHint(text: string): string {
  if (!text.startsWith('{')) return text.slice(-4)
  const fields = membersOf(text)
  const name = fields.private_key_id ?? fields.accessKeyId ?? fields.AccessKeyId ?? fields.clientId
  return typeof name === 'string' ? name.slice(-4) : 'JSON'
}

function secretMembers(text: string): string[] {
  return Object.entries(membersOf(text)).flatMap(([name, value]) =>
    SENSITIVE.has(name) && typeof value === 'string' ? [value] : [],
  )
}

function membersOf(text: string): Record<string, unknown> {
  if (!text.startsWith('{')) return {}
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return {}
  }
}
