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
        part.open = false
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
    return this.parts.reduce((next, { index }) => Math.max(next, index + 1), 0)
  }

  /** The client has nothing of them, nor of what was opened after the first of them. */
  dropOpenCalls(): void {
    const first = this.parts.findIndex(({ part, open }) => open && part.type === 'call')
    if (first >= 0) this.parts.splice(first)
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
    this.parts.push(part)
    this.latest.set(part.index, part)
  }
}

function textOf({ part, text }: SentPart): string {
  return part.type === 'text' ? part.text + text : text
}
