/**
 * The records of a batch, in memory that two threads share. A message would copy them into fresh memory, twice: half
 * of what that costs is page faults, and the requests of that moment wait for it.
 */
import { endContent, recordIn } from '../../adapters/journal/format.ts'
import type { UsageRecord } from '../../usage/record.ts'

/** What a message says of it: where the records are, as a JSON array of the contents of END lines. */
export interface SharedLines {
  memory: SharedArrayBuffer
  bytes: number
}

const FIRST_BYTES = 512 * 1024
const MAX_BYTES_A_CHARACTER = 3
const [OPEN, COMMA, CLOSE] = Buffer.from('[,]') as unknown as [number, number, number]

/** What it returns is valid until the next call. */
export function createLineWriter(): (lines: readonly string[]) => SharedLines {
  let memory = new SharedArrayBuffer(FIRST_BYTES)
  let bytes = Buffer.from(memory)
  return (lines) => {
    let characters = 0
    for (const line of lines) characters += line.length + 1
    const most = characters * MAX_BYTES_A_CHARACTER + 2
    if (most > bytes.length) {
      memory = new SharedArrayBuffer(most * 2)
      bytes = Buffer.from(memory)
    }
    let at = 0
    for (const line of lines) {
      bytes[at] = at === 0 ? OPEN : COMMA
      at += 1 + bytes.write(line, at + 1)
    }
    bytes[at++] = CLOSE
    return { memory, bytes: at }
  }
}

export function lineOf(record: UsageRecord): string {
  return endContent(record, 0)
}

export function readLines({ memory, bytes }: SharedLines): UsageRecord[] {
  const text = Buffer.from(memory, 0, bytes).toString()
  return (JSON.parse(text) as unknown[][]).map(recordIn)
}
