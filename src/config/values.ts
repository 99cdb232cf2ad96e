/** How the text of a variable becomes a value. Each message says what is expected, and never the text itself. */
import { availableParallelism } from 'node:os'
import { z } from 'zod'
import { parseEncryptionKey } from '../adapters/vault/encryption-key.ts'
import { readDatabaseUrl } from '../core/text/database-address.ts'
import { readCidr } from '../limits/ip-address.ts'
import { readBaseUrl } from '../upstreams/base-url.ts'

export const text = (pattern: RegExp, expected: string) => z.string().regex(pattern, expected)

export function whole(least: number, most: number = Number.MAX_SAFE_INTEGER) {
  const bounds =
    most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`
  const expected = `a whole number ${bounds}, without a unit`
  return text(/^\d+$/, expected)
    .transform(Number)
    .pipe(z.number().min(least, expected).max(most, expected))
}

const WORDS = new Map([
  ['true', true],
  ['1', true],
  ['yes', true],
  ['false', false],
  ['0', false],
  ['no', false],
])

const MAX_THREADS = 64

/** `auto`: as many as the process may use cores. */
export const threadCount = z.string().transform((given, context) => {
  if (given === 'auto') return Math.min(availableParallelism(), MAX_THREADS)
  const count = /^\d+$/.test(given) ? Number(given) : 0
  if (count >= 1 && count <= MAX_THREADS) return count
  return refused(context, `auto or a whole number from 1 to ${MAX_THREADS}`)
})

export const flag = z.string().transform((word, context) => {
  const value = WORDS.get(word.toLowerCase())
  if (value !== undefined) return value
  return refused(context, 'true or false (or 1, 0, yes, no)')
})

export const list = z.string().transform((items) =>
  items
    .split(/[,\n]/)
    .map((item) => item.trim())
    .filter(Boolean),
)

export const cidrs = list.transform((items, context) => {
  if (items.every((item) => readCidr(item) !== null)) return items
  return refused(context, 'IP addresses or CIDRs with commas between, e.g. 10.0.0.0/8,::1')
})

const ORIGIN = /^https?:\/\/[^\s/?#]+$/

/** As browsers send them, or `*` for all; an extension's or an app's own scheme as well. */
export const origins = list.pipe(
  z.array(
    z.union([z.literal('*'), text(ORIGIN, ''), text(/^[a-z][a-z\d+.-]*:\/\/[\w.-]+$/, '')], {
      error: 'origins without a path, e.g. https://chat.example, or * for all',
    }),
  ),
)

/** Names of headers in lower case. */
export const headerNames = list
  .transform((names) => names.map((name) => name.toLowerCase()))
  .pipe(z.array(text(/^[a-z\d!#$%&'*+.^_`|~-]+$/, 'names of headers with commas between')))

export const address = z.string().transform((given, context) => {
  const read = readBaseUrl(given)
  return read.ok ? read.url : refused(context, `an http or https address, but ${read.reason}`)
})

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/

/** Kept as it is written: the slash at the end is a part of an issuer's name. */
export const issuer = z.string().transform((given, context) => {
  const url = URL.parse(given)
  const isSafe =
    url?.protocol === 'https:' || (url?.protocol === 'http:' && LOOPBACK.test(url.hostname))
  return isSafe
    ? given
    : refused(context, 'an https address, e.g. https://login.example/realms/main')
})

const ROLE = z.enum(['admin', 'viewer', 'user'])

/** `value=role`, the value as the provider sends it. */
export const roleMapping = list.transform((pairs, context) => {
  const map = new Map<string, z.output<typeof ROLE>>()
  for (const pair of pairs) {
    const at = pair.lastIndexOf('=')
    const role = ROLE.safeParse(pair.slice(at + 1).trim())
    const value = pair.slice(0, Math.max(0, at)).trim()
    if (value === '' || !role.success)
      return refused(context, 'value=role pairs with commas between; roles are admin, viewer, user')
    map.set(value, role.data)
  }
  return map
})

export const databaseUrl = z.string().transform((given, context) => {
  const read = readDatabaseUrl(given)
  if (read.ok) return read.address
  const expected = 'a URL such as postgres://USER:PASSWORD@HOST:5432/gpt_proxy'
  return refused(context, `${expected}, but ${read.reason}`)
})

export const redisUrl = z.string().transform((given, context) => {
  const expected = 'a URL such as redis://:PASSWORD@HOST:6379, or rediss:// for TLS'
  const url = URL.parse(given)
  const known = url !== null && /^rediss?:$/.test(url.protocol) && url.hostname !== ''
  return known && /^(\/\d*)?$/.test(url.pathname) ? given : refused(context, expected)
})

/** What an HTTP header can carry: a line break or a quote around it would only fail at the first request. */
const headerSafe = text(
  /^[\x21\x23-\x26\x28-\x7e]+$/,
  'printable characters without spaces and quotes',
)
export const upstreamSecret = headerSafe
export const upstreamSecrets = list.pipe(z.array(headerSafe))

export const encryptionKey = z.string().transform((given, context) => {
  const parsed = parseEncryptionKey(given)
  return parsed.ok ? parsed.key : refused(context, `32 bytes, but ${parsed.reason}`)
})
export const encryptionKeys = list.pipe(z.array(encryptionKey))

/** `model=deployment`, or a bare name that is both. */
export const deployments = list.transform((pairs, context) => {
  const map: Record<string, string> = Object.create(null)
  for (const pair of pairs) {
    const [model = '', deployment = model, ...rest] = pair.split('=').map((part) => part.trim())
    if (model === '' || deployment === '' || rest.length > 0 || model in map) {
      return refused(context, 'model=deployment pairs with commas between, each model once')
    }
    map[model] = deployment
  }
  return { ...map }
})

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
/** Names that other loggers give to the same levels. */
const LEVEL_ALIASES: Readonly<Record<string, string>> = {
  warning: 'warn',
  critical: 'fatal',
  off: 'silent',
}

export const logLevel = z
  .string()
  .transform((word) => LEVEL_ALIASES[word.toLowerCase()] ?? word.toLowerCase())
  .pipe(z.enum(LEVELS, `one of ${LEVELS.join(', ')}`))

function refused(context: z.RefinementCtx, expected: string): never {
  context.addIssue({ code: 'custom', message: expected })
  return z.NEVER
}

/** `HOST:PORT`; an IPv6 address in brackets. */
export const hostAndPort = z.string().transform((given, context) => {
  const [, bracketed, host, port] = /^(?:\[([^\]\s]+)\]|([^\s:/[\]]+)):(\d{1,5})$/.exec(given) ?? []
  const name = bracketed ?? host
  if (name !== undefined && Number(port) <= 65_535) return { host: name, port: Number(port) }
  return refused(context, 'HOST:PORT, e.g. 127.0.0.1:8001')
})

/** A running month must stay whole, because its quota is checked against its records. */
const MIN_RETENTION_DAYS = 32

export const daysOrNever = z.string().transform((given, context) => {
  const days = Number(given)
  const isWhole = /^\d{1,5}$/.test(given)
  if (isWhole && (days === 0 || days >= MIN_RETENTION_DAYS)) return days
  return refused(
    context,
    `a number of days of at least ${MIN_RETENTION_DAYS}, or 0 for all of them`,
  )
})
