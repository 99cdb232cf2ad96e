/** The lines of the journal: a CRC-32 of eight digits, a blank, and a JSON array of the fields in a fixed order. */
import type { JournalEntry } from './journal-entry.ts'
import type { UsageRecord } from './usage-record.ts'

/** CRC-32 of the bytes, or of the UTF-8 of the text. */
export type Checksum = (content: string | Uint8Array) => number

export type JournalItem =
  | { kind: 'begin'; entry: JournalEntry }
  /** `beganIn`: number of the segment that has its BEGIN. */
  | { kind: 'end'; record: UsageRecord; beganIn: number }

const CRC_DIGITS = 8
const BEGIN_TAG = 'B'
const END_TAG = 'E'

/** The order on disk. New fields come last: what an older version wrote is then still read. */
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
const RECORD_FIELDS = fieldsOf<UsageRecord>({
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
  promptTokens: true,
  completionTokens: true,
  totalTokens: true,
  cachedTokens: true,
  reasoningTokens: true,
  audioTokens: true,
  audioOutputTokens: true,
  estimated: true,
})

/** The type makes sure that none is forgotten. */
function fieldsOf<T>(fields: Record<keyof T, true>): readonly (keyof T)[] {
  return Object.keys(fields) as (keyof T)[]
}

/** Written out field by field, in the order above: a loop over the names costs as much as the rest. */
export function beginLine(entry: JournalEntry, checksum: Checksum): string {
  return line(
    [
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
    ],
    checksum,
  )
}

export function endLine(record: UsageRecord, beganIn: number, checksum: Checksum): string {
  return line(
    [
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
      record.promptTokens,
      record.completionTokens,
      record.totalTokens,
      record.cachedTokens,
      record.reasoningTokens,
      record.audioTokens,
      record.audioOutputTokens,
      record.estimated,
    ],
    checksum,
  )
}

function line(values: readonly unknown[], checksum: Checksum): string {
  const content = JSON.stringify(values)
  return `${digits(checksum(content))} ${content}\n`
}

/** Two bytes as four digits; making them anew for each line takes twice as long. */
const FOUR_DIGITS = Array.from({ length: 0x10000 }, (_, pair) =>
  pair.toString(16).padStart(CRC_DIGITS / 2, '0'),
)

function digits(crc: number): string {
  return `${FOUR_DIGITS[crc >>> 16]}${FOUR_DIGITS[crc & 0xffff]}`
}

const decoder = new TextDecoder()

/** One line without its end; null where it is not what was written. */
export function readLine(bytes: Uint8Array, checksum: Checksum): JournalItem | null {
  if (bytes.length <= CRC_DIGITS || bytes[CRC_DIGITS] !== 0x20) return null
  const text = decoder.decode(bytes)
  const crc = checksum(bytes.subarray(CRC_DIGITS + 1))
  return text.startsWith(digits(crc)) ? itemIn(text.slice(CRC_DIGITS + 1)) : null
}

function itemIn(content: string): JournalItem | null {
  const values = valuesIn(content)
  if (values[0] === BEGIN_TAG)
    return { kind: 'begin', entry: taken<JournalEntry>(values, 1, ENTRY_FIELDS) }
  if (values[0] === END_TAG) {
    const record = taken<UsageRecord>(values, 2, RECORD_FIELDS)
    return { kind: 'end', record, beganIn: Number(values[1]) }
  }
  return null
}

/** The CRC was right, so this is not damage but a line of a version that writes another form. */
function valuesIn(content: string): unknown[] {
  try {
    const values: unknown = JSON.parse(content)
    return Array.isArray(values) ? values : []
  } catch {
    return []
  }
}

function taken<T>(values: readonly unknown[], from: number, fields: readonly (keyof T)[]): T {
  const entries = fields.map((field, at) => [field, values[from + at] ?? null])
  return Object.fromEntries(entries) as T
}
