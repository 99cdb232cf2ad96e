/** What a client has of an answer that is still being streamed. */
import type { OpenPart, StreamEvent } from '../neutral/answer.ts'
import type { Signature } from '../neutral/neutral.ts'

export interface SentPart {
  /** As in the events. */
  readonly index: number
  readonly part: OpenPart
  /** What its deltas added. */
  text: string
  open: boolean
  signature?: Signature
}

/** Gathers the events that were written to a client. */
export class SentAnswer {
  id: string | null = null
  model: string | null = null
  /** In the order in which they were opened. */
  readonly parts: SentPart[] = []
  /** The latest part of each index. */
  private readonly latest = new Map<number, SentPart>()
  /** A set of its own: an answer may have thousands of parts, and each new one closes what is open. */
  private readonly openOnes = new Set<SentPart>()
  private next = 0

  add(event: StreamEvent): void {
    switch (event.type) {
      case 'start':
        this.id = event.id
        this.model = event.model
        break
      case 'open':
        this.open({ index: event.index, part: event.part, text: '', open: true })
        break
      case 'delta': {
        const part = this.latest.get(event.index)
        if (part !== undefined) part.text += event.text
        break
      }
      case 'close': {
        const part = this.latest.get(event.index)
        if (part === undefined) break
        this.close(part)
        if (event.signature !== undefined) part.signature = event.signature
      }
    }
  }

  /** All texts; thoughts are none. */
  get text(): string {
    let text = ''
    for (const sent of this.parts) if (sent.part.type === 'text') text += textOf(sent)
    return text
  }

  /** An index that no part has. */
  get nextIndex(): number {
    return this.next
  }

  /** In the order in which they were opened. */
  get openParts(): ReadonlySet<SentPart> {
    return this.openOnes
  }

  /** The latest part of that index. */
  partAt(index: number): SentPart | undefined {
    return this.latest.get(index)
  }

  /** The client has nothing of them, nor of what was opened after the first of them. */
  dropOpenCalls(): void {
    const first = this.parts.findIndex(({ part, open }) => open && part.type === 'call')
    if (first < 0) return
    for (const part of this.parts.splice(first)) {
      this.openOnes.delete(part)
      if (this.latest.get(part.index) === part) this.latest.delete(part.index)
    }
    this.next = this.parts.reduce((next, { index }) => Math.max(next, index + 1), 0)
  }

  /** The same events again, fewer and larger. */
  replay(emit: (event: StreamEvent) => void): void {
    emit({ type: 'start', id: this.id, model: this.model })
    for (const { index, part, text, open, signature } of this.parts) {
      emit({ type: 'open', index, part })
      if (text !== '') emit({ type: 'delta', index, text })
      if (!open) emit({ type: 'close', index, ...(signature !== undefined && { signature }) })
    }
  }

  private open(part: SentPart): void {
    const before = this.latest.get(part.index)
    if (before !== undefined) this.close(before)
    this.parts.push(part)
    this.latest.set(part.index, part)
    this.openOnes.add(part)
    this.next = Math.max(this.next, part.index + 1)
  }

  private close(part: SentPart): void {
    part.open = false
    this.openOnes.delete(part)
  }
}

function textOf({ part, text }: SentPart): string {
  return part.type === 'text' ? part.text + text : text
}
