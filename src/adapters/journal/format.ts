/** The journal's lines: an eight-digit CRC-32, a space, and a JSON array of the fields in a fixed order. */
import { TOKEN_FIELDS } from '../../core/token-kinds.ts'
import type { TokenUsage } from '../../core/token-usage.ts'
import type { JournalEntry } from '../../usage/journal-entry.ts'
import type { AttemptNote, UsageRecord } from '../../usage/record.ts'

/** CRC-32. */
export type Checksum = (bytes: Uint8Array) => number

/** Writes a text as UTF-8 and returns its length in bytes. */
export type PutText = (text: string, into: Uint8Array, at: number) => number

export type JournalItem =
  | { kind: 'begin'; entry: JournalEntry }
  /** `beganIn`: number of the segment that holds its BEGIN. */
  | { kind: 'end'; record: UsageRecord; beganIn: number }

const CRC_DIGITS = 8
const BEGIN_TAG = 'B'
const END_TAG = 'E'

/** The order on disk. Append new fields at the end, so that lines of older versions stay readable. */
const ENTRY_FIELDS = fieldsOf<JournalEntry>({
  requestId: true,
  startedAtMs: true,
  userId: true,
  apiKeyId: true,
  endpoint: true,
  model: true,
  stream: true,
  tokens: true,
  reservedTokens: true,
})
const REQUEST_FIELDS = fieldsOf<Omit<UsageRecord, keyof TokenUsage>>({
  requestId: true,
  startedAtMs: true,
  userId: true,
  apiKeyId: true,
  endpoint: true,
  model: true,
  upstreamModel: true,
  upstreamKeyId: true,
  upstream: true,
  provider: true,
  stream: true,
  status: true,
  outcome: true,
  errorCode: true,
  attempts: true,
  durationMs: true,
  firstTokenMs: true,
  reservedTokens: true,
  costUsd: true,
})
/** `estimated` follows the kinds of the first version. */
const FIRST_TOKEN_FIELDS = TOKEN_FIELDS.slice(0, 7)
const LATER_TOKEN_FIELDS = TOKEN_FIELDS.slice(7)
const RECORD_FIELDS: readonly (keyof UsageRecord)[] = [
  ...REQUEST_FIELDS,
  ...FIRST_TOKEN_FIELDS,
  'estimated',
  ...LATER_TOKEN_FIELDS,
]

/** The type ensures that no field is missing. */
function fieldsOf<T>(fields: Record<keyof T, true>): readonly (keyof T)[] {
  return Object.keys(fields) as (keyof T)[]
}

/** Written out field by field, in the order above: a loop over all names doubles the cost. */
export function beginContent(entry: JournalEntry): string {
  return JSON.stringify([
    BEGIN_TAG,
    entry.requestId,
    entry.startedAtMs,
    entry.userId,
    entry.apiKeyId,
    entry.endpoint,
    entry.model,
    entry.stream,
    entry.tokens,
    entry.reservedTokens,
  ])
}

/** Reused, because a new list would grow to this length in several steps. */
const endValues: unknown[] = []

export function endContent(record: UsageRecord, beganIn: number): string {
  endValues.length = 0
  endValues.push(
    END_TAG,
    beganIn,
    record.requestId,
    record.startedAtMs,
    record.userId,
    record.apiKeyId,
    record.endpoint,
    record.model,
    record.upstreamModel,
    record.upstreamKeyId,
    record.upstream,
    record.provider,
    record.stream,
    record.status,
    record.outcome,
    record.errorCode,
    record.attempts,
    record.durationMs,
    record.firstTokenMs,
    record.reservedTokens,
    record.costUsd,
  )
  for (const field of FIRST_TOKEN_FIELDS) endValues.push(record[field])
  endValues.push(record.estimated)
  for (const field of LATER_TOKEN_FIELDS) endValues.push(record[field])
  return JSON.stringify(endValues)
}

/** In addition to its content, a line has a CRC, a space and a line end. */
export const LINE_FRAME_BYTES = CRC_DIGITS + 2
const BLANK = 0x20
const LINE_END = 0x0a
const DIGITS = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0))

/** Writes a whole line and returns its end offset. Building it from strings takes twice as long. */
export function putLine(
  content: string,
  into: Uint8Array,
  at: number,
  { putText, checksum }: { putText: PutText; checksum: Checksum },
): number {
  const start = at + CRC_DIGITS + 1
  const end = start + putText(content, into, start)
  const crc = checksum(into.subarray(start, end))
  for (let digit = 0; digit < CRC_DIGITS; digit++)
    into[at + digit] = DIGITS[(crc >>> (28 - 4 * digit)) & 15] ?? 0
  into[start - 1] = BLANK
  into[end] = LINE_END
  return end + 1
}

const decoder = new TextDecoder()

/** Reads one line without its line end; null if it is damaged. */
export function readLine(bytes: Uint8Array, checksum: Checksum): JournalItem | null {
  if (bytes.length <= CRC_DIGITS || bytes[CRC_DIGITS] !== BLANK) return null
  const text = decoder.decode(bytes)
  const crc = checksum(bytes.subarray(CRC_DIGITS + 1))
  return text.startsWith(crc.toString(16).padStart(CRC_DIGITS, '0'))
    ? itemIn(text.slice(CRC_DIGITS + 1))
    : null
}

function itemIn(content: string): JournalItem | null {
  const values = valuesIn(content)
  if (values[0] === BEGIN_TAG)
    return { kind: 'begin', entry: taken<JournalEntry>(values, 1, ENTRY_FIELDS) }
  if (values[0] === END_TAG)
    return { kind: 'end', record: recordIn(values), beganIn: Number(values[1]) }
  return null
}

/** `values`: those of an END's content. */
export function recordIn(values: readonly unknown[]): UsageRecord {
  const record = taken<UsageRecord>(values, 2, RECORD_FIELDS)
  // A line of an older version lacks later kinds.
  for (const field of TOKEN_FIELDS) record[field] ??= 0
  return { ...record, attempts: (record.attempts ?? []).map(withListedUnits) }
}

/** In a line of an older version they are one object. */
function withListedUnits(attempt: AttemptNote): AttemptNote {
  const { units } = attempt
  return units === undefined ? attempt : { ...attempt, units: [units].flat() }
}

/** The CRC was right, so this is not damage but another version's format. */
function valuesIn(content: string): unknown[] {
  try {
    const values: unknown = JSON.parse(content)
    return Array.isArray(values) ? values : []
  } catch {
    return []
  }
}

function taken<T>(values: readonly unknown[], from: number, fields: readonly (keyof T)[]): T {
  const item: Partial<Record<keyof T, unknown>> = {}
  for (let at = 0; at < fields.length; at++) item[fields[at] as keyof T] = values[from + at] ?? null
  return item as T
}
