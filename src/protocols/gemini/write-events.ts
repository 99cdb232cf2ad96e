/** A stream for a client of Gemini: each event is a small response, calls come whole. */
import type { Candidate, Part as GeminiPart } from '@google/genai'
import type { EndReason, OpenPart, StreamEvent, Usage } from '../neutral/answer.ts'
import type { CallPart, Citation } from '../neutral/neutral.ts'
import type { EventWriter, ReplyContext } from '../translation/format.ts'
import { writeError } from './errors.ts'
import { groundingOf } from './grounding.ts'
import { callPart, candidate, response, slot, writtenPart } from './write-output.ts'

interface OpenState {
  part: OpenPart
  /** What came of a call's arguments, or of a cited text. */
  text: string
  /** A thought's last piece waits, because the signature has to come with a text. */
  held: string
  citations: Citation[]
}

/** A class rather than closures: one object per stream keeps its state on few cache lines. */
export class GeminiWriter implements EventWriter {
  private readonly context: ReplyContext
  private readonly open = new Map<number, OpenState>()
  /** Calls that are open. Each is written whole, at its close. */
  private openCalls = 0
  /** Events of parts that were opened after a call that is still open: parts leave in the order of their opening. */
  private readonly held = new Map<number, StreamEvent[]>()
  private releasing = false
  private model: string
  private usage: Usage | null = null
  private grounding: Pick<Candidate, 'groundingMetadata'> = {}

  constructor(context: ReplyContext) {
    this.context = context
    this.model = context.request.model
  }

  write(event: StreamEvent): string {
    return this.openCalls > 0 && this.hold(event) ? '' : this.writeNow(event)
  }

  private writeNow(event: StreamEvent): string {
    switch (event.type) {
      case 'start':
        this.model = event.model ?? this.model
        return ''
      case 'usage':
        this.usage = event.usage
        return ''
      case 'open':
        return this.openPart(event.index, event.part)
      case 'delta':
        return this.delta(event.index, event.text)
      case 'cite':
        this.open.get(event.index)?.citations.push(event.citation)
        return ''
      case 'close':
        return this.close(event.index, event)
      case 'end':
        return this.end(event.reason)
      case 'fail':
        return data(writeError(event.error, this.context.requestId))
    }
  }

  /** Google's clients take nothing but responses in a stream. */
  ping(): string {
    return ''
  }

  dropOpenCalls(): void {
    for (const [index, { part }] of this.open) if (part.type === 'call') this.open.delete(index)
    this.openCalls = 0
    this.held.clear()
  }

  /** What it would hold back was sent by an upstream. */
  resume(): void {
    for (const state of this.open.values()) state.held = ''
  }

  /** True if the event has to wait. */
  private hold(event: StreamEvent): boolean {
    if (event.type === 'open') {
      this.held.set(event.index, [event])
      return true
    }
    const waiting = 'index' in event ? this.held.get(event.index) : undefined
    waiting?.push(event)
    return waiting !== undefined
  }

  /** What waited for a call, up to the next one that is not complete. */
  private release(): string {
    if (this.releasing) return ''
    this.releasing = true
    let text = ''
    for (const [index, events] of this.held) {
      if (this.openCalls > 0) break
      this.held.delete(index)
      for (const event of events) text += this.writeNow(event)
    }
    this.releasing = false
    return text
  }

  private openPart(index: number, part: OpenPart): string {
    this.open.set(index, { part, text: '', held: '', citations: [] })
    if (part.type === 'call') this.openCalls++
    if (part.type === 'text' || part.type === 'reasoning' || part.type === 'refusal')
      return part.text === '' ? '' : this.delta(index, part.text)
    return ''
  }

  private delta(index: number, text: string): string {
    const state = this.open.get(index)
    if (state === undefined || text === '') return ''
    state.text += text
    if (state.part.type === 'call') return ''
    if (state.part.type !== 'reasoning') return this.chunk([{ text }])
    const before = state.held
    state.held = text
    return before === '' ? '' : this.chunk([{ text: before, thought: true }])
  }

  private close(index: number, { signature }: Pick<CallPart, 'signature'>): string {
    const state = this.open.get(index)
    if (state === undefined) return ''
    this.open.delete(index)
    const { part, text, held, citations } = state
    switch (part.type) {
      case 'call': {
        this.openCalls--
        const signed = signature === undefined ? {} : { signature }
        const written = this.chunk([callPart({ ...part, args: part.args + text, ...signed })])
        return written + this.release()
      }
      case 'reasoning': {
        const signed = slot(signature ?? part.signature)
        const said = held !== '' || signed.thoughtSignature !== undefined
        return said ? this.chunk([{ text: held, thought: true, ...signed }]) : ''
      }
      case 'text':
        if (citations.length > 0)
          this.grounding = { groundingMetadata: groundingOf(citations, text) }
        return signature === undefined ? '' : this.chunk([{ text: '', ...slot(signature) }])
      case 'refusal':
        return ''
      default: {
        const written = writtenPart(part)
        return written === null ? '' : this.chunk([written])
      }
    }
  }

  private chunk(parts: GeminiPart[]): string {
    return this.written(candidate(parts), null)
  }

  private end(reason: EndReason): string {
    return this.written({ ...candidate([], reason), ...this.grounding }, this.usage)
  }

  private written(candidate: Candidate, usage: Usage | null): string {
    const envelope = {
      model: this.model,
      responseId: this.context.resumed?.answerId ?? this.context.requestId,
    }
    return data(response(envelope, candidate, usage))
  }
}

function data(value: unknown): string {
  return `data: ${JSON.stringify(value)}\n\n`
}
