/** Journal entries can be read back from a file cut anywhere, with any bit flipped or garbage inserted. */
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { type JournalEntry, lostRecord } from '../../usage/journal-entry.ts'
import type { UsageRecord } from '../../usage/record.ts'
import {
  beginContent,
  type Checksum,
  endContent,
  type JournalItem,
  putLine,
  readLine,
} from './format.ts'
import { scanLines, scanTail } from './recovery/scan.ts'

const crc: Checksum = (bytes) => Bun.hash.crc32(bytes)
const bytesOf = (text: string) => new TextEncoder().encode(text)

const anyText = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }))
const anyCount = fc.nat({ max: 2 ** 31 - 1 })
const anyEntry: fc.Arbitrary<JournalEntry> = fc.record({
  requestId: anyText,
  startedAtMs: anyCount,
  userId: anyCount,
  apiKeyId: anyCount,
  endpoint: fc.constantFrom('chat/completions', 'embeddings'),
  model: anyText,
  stream: fc.boolean(),
  tokens: anyCount,
  reservedTokens: anyCount,
})
const anyRecord: fc.Arbitrary<UsageRecord> = fc
  .record({ entry: anyEntry, total: anyCount, upstream: fc.option(anyText), failure: anyText })
  .map(({ entry, total, upstream, failure }) => ({
    ...lostRecord(entry),
    totalTokens: total,
    upstream,
    outcome: 'ok',
    attempts: [
      { upstreamKeyId: 1, upstream: upstream ?? '', status: null, failure, ambiguous: true },
    ],
    durationMs: total / 3,
  }))
const anyItem: fc.Arbitrary<JournalItem> = fc.oneof(
  anyEntry.map((entry) => ({ kind: 'begin' as const, entry })),
  fc
    .tuple(anyRecord, anyCount)
    .map(([record, beganIn]) => ({ kind: 'end' as const, record, beganIn })),
)

function lineOf(item: JournalItem): string {
  const content =
    item.kind === 'begin' ? beginContent(item.entry) : endContent(item.record, item.beganIn)
  const bytes = Buffer.alloc(content.length * 3 + 20)
  const end = putLine(content, bytes, 3, {
    putText: (text, _, at) => bytes.write(text, at),
    checksum: crc,
  })
  return bytes.toString('utf8', 3, end)
}

const ENTRY: JournalEntry = {
  requestId: 'req_1',
  startedAtMs: 1_795_000_000_000,
  userId: 1,
  apiKeyId: 2,
  endpoint: 'chat/completions',
  model: 'gpt-é',
  stream: true,
  tokens: 1004,
  reservedTokens: 1000,
}
const ITEMS: readonly JournalItem[] = [
  { kind: 'begin', entry: ENTRY },
  { kind: 'end', record: lostRecord(ENTRY), beganIn: 1 },
  { kind: 'begin', entry: { ...ENTRY, requestId: 'req_2' } },
]
const LINES = ITEMS.map(lineOf)
const JOURNAL = bytesOf(LINES.join(''))

test('units that an older version noted as one object are read as a list', () => {
  const attempt = {
    ...{ upstreamKeyId: 1, upstream: 'up', status: 200, failure: null, ambiguous: false },
    units: { kind: 'images', count: 2 },
  }
  const record = { ...lostRecord(ENTRY), attempts: [attempt] } as unknown as UsageRecord
  const { items } = readAll(bytesOf(lineOf({ kind: 'end', record, beganIn: 1 })))
  const [item] = items
  expect(item?.kind === 'end' && item.record.attempts).toEqual([
    { ...attempt, units: [{ kind: 'images', count: 2 }] } as never,
  ])
})

/** As the recovery reads the newest segment. */
function readAll(bytes: Uint8Array) {
  const { items, damage, read } = scanLines(bytes, crc)
  const tail = scanTail(bytes.subarray(read), crc)
  return { items: [...items, ...tail.items], damage, torn: tail.torn }
}

test('what was written is read again, whatever it says', () => {
  fc.assert(
    fc.property(fc.array(anyItem, { maxLength: 20 }), (items) => {
      const { items: found, damage, torn } = readAll(bytesOf(items.map(lineOf).join('')))
      expect(found).toEqual(items)
      expect([damage, torn]).toEqual([[], 0])
    }),
  )
})

test('a line is one line', () => {
  fc.assert(
    fc.property(anyItem, (item) => {
      expect(lineOf(item).indexOf('\n')).toBe(lineOf(item).length - 1)
    }),
  )
})

describe('cut at any byte', () => {
  test('all whole records are read, the torn one is dropped, and nothing is called damage', () => {
    const ends = LINES.map((_, at) => bytesOf(LINES.slice(0, at + 1).join('')).length)
    for (let cut = 0; cut <= JOURNAL.length; cut++) {
      const { items, damage, torn } = readAll(JOURNAL.subarray(0, cut))
      // A record that lacks only its line end is complete.
      const whole = ends.filter((end) => end - 1 <= cut).length
      expect(items).toEqual(ITEMS.slice(0, whole))
      expect(damage).toEqual([])
      const wholeBytes = ends[whole - 1] ?? 0
      expect(torn).toBe(Math.max(0, cut - wholeBytes))
    }
  })

  test('zeros that a file system leaves at the end are a torn tail', () => {
    const padded = new Uint8Array(JOURNAL.length + 4096)
    padded.set(JOURNAL)
    expect(readAll(padded)).toEqual({ items: [...ITEMS], damage: [], torn: 4096 })
  })
})

describe('with any one bit flipped', () => {
  test('no record is read that was not written, and at most the one around the bit is lost', () => {
    for (let bit = 0; bit < JOURNAL.length * 8; bit++) {
      const flipped = JOURNAL.slice()
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      const { items, damage, torn } = readAll(flipped)
      const hit = LINES.findIndex(
        (_, at) => bit >> 3 < bytesOf(LINES.slice(0, at + 1).join('')).length,
      )
      const others = ITEMS.filter((_, at) => at !== hit)
      expect(
        items.length >= others.length &&
          items.every((item) => ITEMS.some((one) => Bun.deepEquals(one, item))),
      ).toBe(true)
      for (const other of others) expect(items).toContainEqual(other)
      // A missing record is reported.
      if (items.length < ITEMS.length) expect(damage.length + torn).toBeGreaterThan(0)
    }
  })
})

describe('damage in the middle', () => {
  test('is reported with its place, and the lines around it are read', () => {
    const [first = '', second = '', third = ''] = LINES
    const rubbish = 'rubbish \u0000 of any kind\n'
    const { items, damage } = readAll(bytesOf(first + rubbish + second + third))
    expect(items).toEqual([...ITEMS])
    expect(damage).toEqual([{ offset: bytesOf(first).length, length: rubbish.length - 1 }])
  })

  test('a record after half a record on the same line is found', () => {
    const [first = '', second = ''] = LINES
    const half = first.slice(0, 40)
    const { items, damage } = readAll(bytesOf(half + second))
    expect(items).toEqual([ITEMS[1] as JournalItem])
    expect(damage).toEqual([{ offset: 0, length: 40 }])
  })

  test("a model whose name looks like a record isn't read as one", () => {
    const forged = { ...ENTRY, model: LINES[1]?.trim() ?? '' }
    const line = lineOf({ kind: 'begin', entry: forged })
    const broken = `x${line.slice(1)}`
    expect(readAll(bytesOf(broken)).items).toEqual([])
  })
})

test('a line in the form of a newer version is not read as a record', () => {
  const content = '["Z",1]'
  const line = `${crc(bytesOf(content)).toString(16).padStart(8, '0')} ${content}`
  expect(readLine(bytesOf(line), crc)).toBeNull()
})

test('a record of a version that knew fewer kinds of tokens is read with zeros for the later ones', () => {
  const record = { ...lostRecord(ENTRY), cachedTokens: 3, cacheWriteTokens: 8 }
  const content = JSON.stringify(JSON.parse(endContent(record, 1)).slice(0, -2))
  const line = `${crc(bytesOf(content)).toString(16).padStart(8, '0')} ${content}`
  expect(readLine(bytesOf(line), crc)).toEqual({
    kind: 'end',
    record: { ...record, cacheWriteTokens: 0 },
    beganIn: 1,
  })
})

test('the order of the fields on disk never changes', () => {
  const counts = {
    promptTokens: 1,
    completionTokens: 2,
    totalTokens: 3,
    cachedTokens: 4,
    reasoningTokens: 5,
    audioTokens: 6,
    audioOutputTokens: 7,
    estimated: true,
    cacheWriteTokens: 8,
    cacheWrite1hTokens: 9,
  }
  const written: unknown[] = JSON.parse(endContent({ ...lostRecord(ENTRY), ...counts }, 1))
  expect(written.slice(21)).toEqual([1, 2, 3, 4, 5, 6, 7, true, 8, 9])
})
