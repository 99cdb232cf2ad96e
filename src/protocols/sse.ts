/** Cuts a byte stream into whole server-sent events (WHATWG HTML, 9.2) without changing a byte. */

const LF = 10
const CR = 13
const COLON = 58

/**
 * Each byte is looked at once: an event of many megabytes costs no more than its length. A class, for
 * its state is cold at each chunk of one of thousands of streams.
 */
export class SseSplitter {
  /** Of the event that is still incomplete. */
  pendingBytes = 0
  private pending: Uint8Array[] = []
  private lineEmpty = true
  private afterCr = false
  /** The last chunk ended in a boundary's CR; a LF that follows belongs to it. */
  private boundaryCr = false
  private usesCrLf = false

  /** All complete events so far, as one run of bytes; null while the first is still incomplete. */
  push(chunk: Uint8Array): Uint8Array | null {
    if (chunk.length === 0) return null
    const boundary = this.lastBoundary(chunk)
    if (boundary === 0) {
      this.pending.push(chunk)
      this.pendingBytes += chunk.length
      return null
    }
    const head = boundary === chunk.length ? chunk : chunk.subarray(0, boundary)
    const complete = this.pending.length === 0 ? head : joined([...this.pending, head])
    this.pendingBytes = chunk.length - boundary
    if (boundary < chunk.length) this.pending = [chunk.subarray(boundary)]
    else if (this.pending.length > 0) this.pending = []
    return complete
  }

  /** What is left after the last whole event; null if nothing is. */
  rest(): Uint8Array | null {
    const left = this.pending.length === 0 ? null : joined(this.pending)
    this.pending = []
    return left
  }

  /** Offset just after the last event boundary in `chunk`, or 0. */
  private lastBoundary(chunk: Uint8Array): number {
    let boundary = 0
    let at = 0
    if (this.afterCr && chunk[0] === LF) {
      at = 1
      this.usesCrLf = true
      if (this.boundaryCr) boundary = 1
    }
    this.afterCr = false
    this.boundaryCr = false
    if (chunk.indexOf(CR) >= 0) return this.boundaryWithCr(chunk, at, boundary)
    for (let next = chunk.indexOf(LF, at); next >= 0; next = chunk.indexOf(LF, at)) {
      if (next === at && this.lineEmpty) boundary = next + 1
      this.lineEmpty = true
      at = next + 1
    }
    if (at < chunk.length) this.lineEmpty = false
    return boundary
  }

  private boundaryWithCr(chunk: Uint8Array, from: number, before: number): number {
    let boundary = before
    for (let at = from; at < chunk.length; at++) {
      const byte = chunk[at]
      if (byte !== LF && byte !== CR) {
        this.lineEmpty = false
        continue
      }
      if (byte === CR && chunk[at + 1] === LF) {
        this.usesCrLf = true
        at++
      } else if (byte === CR && at + 1 === chunk.length) this.afterCr = true
      if (this.lineEmpty) {
        this.boundaryCr = this.afterCr
        // Where lines end in CR LF, the event is not whole before its last LF.
        if (!(this.afterCr && this.usesCrLf)) boundary = at + 1
      }
      this.lineEmpty = true
    }
    return boundary
  }
}

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [first] = parts
  if (parts.length === 1 && first !== undefined) return first
  let length = 0
  for (const part of parts) length += part.length
  const whole = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** One event; a line of 16 MB is not unheard of. */
export const MAX_EVENT_BYTES = 64 * 1024 * 1024

/** Whether there is nothing in a run but comments and empty lines. */
export function isComments(run: Uint8Array): boolean {
  let atStart = true
  let isComment = false
  for (const byte of run) {
    if (byte === LF || byte === CR) {
      atStart = true
      continue
    }
    if (atStart) isComment = byte === COLON
    if (!isComment) return false
    atStart = false
  }
  return true
}

/** One event's text with its data; `data` is null for comments and events without a data line. */
export interface SseEvent {
  text: string
  data: string | null
}

const BOUNDARY = /(?:\r\n|\n|\r(?!\n)){2,}/g

/** The events of a run of whole events. The texts, joined, are the run again. */
export function eventsOf(run: string): SseEvent[] {
  const events: SseEvent[] = []
  let from = 0
  if (!run.includes('\r')) {
    for (let end = run.indexOf('\n\n'); end >= 0; end = run.indexOf('\n\n', from)) {
      const text = run.slice(from, end + 2)
      events.push({ text, data: dataOf(text) })
      from = end + 2
    }
  } else {
    for (const match of run.matchAll(BOUNDARY)) {
      const end = match.index + match[0].length
      const text = run.slice(from, end)
      events.push({ text, data: dataOf(text) })
      from = end
    }
  }
  if (from < run.length) {
    const text = run.slice(from)
    events.push({ text, data: dataOf(text) })
  }
  return events
}

/** The data of a run that is one event in the form nearly all upstreams write, a single line `data: …`; else null. */
export function onlyData(run: string): string | null {
  const single =
    run.startsWith('data: ') &&
    run.indexOf('\n') === run.length - 2 &&
    run.endsWith('\n') &&
    !run.includes('\r')
  return single ? run.slice(6, -2) : null
}

/** The data of an event in the form of Anthropic and OpenAI's Responses, `event: …` and one line `data: …`; else null. */
function namedData(event: string): string | null {
  if (!event.startsWith('event: ')) return null
  const start = event.indexOf('\n') + 1
  const end = event.length - 2
  const single =
    event.startsWith('data: ', start) &&
    event.indexOf('\n', start) === end &&
    event.endsWith('\n') &&
    !event.includes('\r')
  return single ? event.slice(start + 6, end) : null
}

/** The data lines of one event, joined by line feeds; one space after the colon is not part of it. */
function dataOf(text: string): string | null {
  const single = onlyData(text) ?? namedData(text)
  if (single !== null) return single
  const lines: string[] = []
  for (const raw of text.split(/\r\n|\n|\r/)) {
    const line = raw.startsWith('\uFEFF') ? raw.slice(1) : raw
    if (line === 'data') lines.push('')
    else if (line.startsWith('data:'))
      lines.push(line.charCodeAt(5) === 32 ? line.slice(6) : line.slice(5))
  }
  return lines.length === 0 ? null : lines.join('\n')
}
