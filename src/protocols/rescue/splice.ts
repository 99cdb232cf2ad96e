/** Writes the continuation of an answer into the stream that began it. */
import type { NeutralError, OpenPart, StreamEvent, Usage } from '../neutral/answer.ts'
import type { StreamPlace } from '../stream-place.ts'
import type { EventWriter, ReplyContext, SentStream } from '../translation/format.ts'
import { showsAtOpening } from '../translation/visible.ts'
import type { ContinueWay } from './continue-request.ts'
import { sentBy } from './keeping-writer.ts'
import { Overlap } from './overlap.ts'
import type { SentAnswer, SentPart } from './sent-answer.ts'

export interface Seam {
  way: ContinueWay
  /** The usage reported to the client for all of it. */
  usageOf(last: LastReport): Usage
}

/** What the continuing upstream has reported of its own usage. */
export interface LastReport {
  /** Null: nothing was reported. */
  usage: Usage | null
  /** It was reported before the answer was complete. */
  isPartial: boolean
  /** What it generated. */
  text: string
}

/** The beginning has no counterpart in the continuation. */
const DIVERGED: NeutralError = {
  kind: 'broken',
  message: 'it started over instead of continuing',
  code: null,
  param: null,
}

type Event<Type extends StreamEvent['type']> = Extract<StreamEvent, { type: Type }>

/** A class rather than closures: it keeps the state of one stream. */
export class SplicedWriter implements EventWriter {
  readonly sent: SentStream
  failure: NeutralError | null = null
  private readonly answer: SentAnswer
  private readonly writer: EventWriter
  private readonly seam: Seam
  private readonly overlap: Overlap
  /** The text that goes on; null if the client has none that is open. */
  private readonly joint: SentPart | null
  private jointIndex = -1
  /** Parts of the continuation, by their index there. -1: not shown. */
  private readonly indexes = new Map<number, number>()
  /** A text that has not said anything yet; an answer that was complete needs no second one. */
  private unshown = -1
  /** Events until the first one that shows something; null after that. */
  private waiting: StreamEvent[] | null = []
  private readonly last: LastReport = { usage: null, isPartial: false, text: '' }
  private out = ''

  constructor(sent: SentStream, context: ReplyContext, seam: Seam) {
    this.answer = sent.answer
    this.writer = sent.writer(context)
    this.seam = seam
    this.sent = sentBy(this.writer, sent.answer)
    const last = [...this.answer.openParts].at(-1)
    this.joint = last?.part.type === 'text' ? last : null
    const way = seam.way === 'restart' ? 'prefill' : seam.way
    this.overlap = new Overlap(this.answer.text, way)
  }

  /** What comes before anything is shown may never reach the client, so it changes nothing until then. */
  write(event: StreamEvent): string {
    this.out = ''
    if (this.waiting !== null) {
      this.waiting.push(event)
      if (!isShown(event)) return ''
    }
    const events = this.waiting ?? [event]
    this.waiting = null
    for (const each of events) this.take(each)
    return this.out
  }

  get place(): StreamPlace | undefined {
    return this.writer.place
  }

  ping(): string {
    return this.writer.ping()
  }

  private take(event: StreamEvent): void {
    switch (event.type) {
      case 'start':
        break
      case 'open':
        this.open(event)
        break
      case 'delta':
        this.delta(event)
        break
      case 'cite':
        this.cite(event)
        break
      case 'close':
        this.close(event)
        break
      case 'usage':
        this.last.usage = event.usage
        this.last.isPartial = event.running === true
        break
      case 'end':
        this.end(event)
        break
      case 'fail':
        this.emit(event)
    }
  }

  private open({ index, part }: Event<'open'>): void {
    if (part.type === 'call') this.last.text += part.name
    const isJoint = part.type === 'text' && this.jointIndex < 0 && this.joint?.open === true
    if (isJoint) {
      this.jointIndex = index
      if (part.text !== '') this.delta({ type: 'delta', index, text: part.text })
      return
    }
    // The answer has begun: what its next author thinks first has no place in it.
    if (part.type === 'reasoning' && this.joint?.open === true) {
      this.indexes.set(index, -1)
      return
    }
    if (part.type !== 'text') this.show(index, part)
    else {
      this.unshown = index
      this.delta({ type: 'delta', index, text: part.text })
    }
  }

  private show(index: number, part: OpenPart): void {
    this.closeRest()
    const shown = this.answer.nextIndex
    this.indexes.set(index, shown)
    this.emit({ type: 'open', index: shown, part })
  }

  private delta({ index, text }: Event<'delta'>): void {
    this.last.text += text
    if (index === this.unshown && text !== '') {
      this.unshown = -1
      this.show(index, { type: 'text', text: '' })
    }
    const shown = this.shownIndex(index)
    if (shown < 0) return
    const isText = this.answer.partAt(shown)?.part.type === 'text'
    const added = isText ? this.overlap.push(text) : text
    if (this.overlap.diverged) this.failure = DIVERGED
    if (added !== '') this.emit({ type: 'delta', index: shown, text: added })
  }

  private cite({ index, citation }: Event<'cite'>): void {
    const shown = this.shownIndex(index)
    if (shown < 0) return
    // Its offsets count from the seam.
    const { start: _, end: __, ...unplaced } = citation
    this.emit({ type: 'cite', index: shown, citation: unplaced })
  }

  private close({ index, signature }: Event<'close'>): void {
    const shown = this.shownIndex(index)
    if (shown < 0) return
    this.flush(shown)
    this.emit({ type: 'close', index: shown, ...(signature !== undefined && { signature }) })
  }

  private end(event: Event<'end'>): void {
    this.closeRest()
    if (this.failure !== null) return
    this.emit({ type: 'usage', usage: this.seam.usageOf(this.last) })
    this.emit(event)
  }

  /** Each part is closed before another one begins. */
  private closeRest(): void {
    for (const { index } of [...this.answer.openParts]) {
      this.flush(index)
      this.emit({ type: 'close', index })
    }
  }

  private flush(index: number): void {
    const text = this.overlap.flush()
    if (this.overlap.diverged) this.failure = DIVERGED
    if (text !== '') this.emit({ type: 'delta', index, text })
  }

  private shownIndex(index: number): number {
    if (index === this.jointIndex) return this.joint?.index ?? -1
    return this.indexes.get(index) ?? -1
  }

  private emit(event: StreamEvent): void {
    this.answer.add(event)
    this.out += this.writer.write(event)
  }
}

function isShown(event: StreamEvent): boolean {
  if (event.type === 'open') return showsAtOpening(event.part)
  return event.type === 'delta' || event.type === 'end' || event.type === 'fail'
}
