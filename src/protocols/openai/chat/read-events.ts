/** Reads a Chat Completions stream. */

import type { Usage } from '../../neutral/answer.ts'
import { failureOfEnd } from '../../neutral/failed-ends.ts'
import { isObject, parseJson } from '../../neutral/fields.ts'
import type { JsonObject, MediaPart } from '../../neutral/neutral.ts'
import type { Emit, EventReader, WireTarget } from '../../translation/format.ts'
import { neutralError } from '../neutral-error.ts'
import { readError as readReported } from '../read-error.ts'
import { citationsOf, piecesOf, thoughtOf } from './answer-content.ts'
import { imagesOf } from './answer-images.ts'
import { readAnswerUsage } from './answer-usage.ts'
import { readFinish } from './finish-reason.ts'
import { unsignedThought } from './read-response.ts'
import { StreamedCalls } from './streamed-calls.ts'

type TextKind = 'text' | 'reasoning' | 'refusal'

/** A class rather than closures: one object per stream keeps its state on few cache lines. */
export class ChatReader implements EventReader {
  malformed = false
  private readonly target: WireTarget
  private readonly emit: Emit
  private readonly calls: StreamedCalls
  private parts = 0
  private started = false
  private over = false
  /** The text, thought or refusal that is open. */
  private kind: TextKind | null = null
  private index = -1
  private finishReason: string | null = null
  /** The last that was reported. */
  private usage: Usage | null = null
  /** The last piece of the answer came before it. */
  private isCounted = false

  constructor(target: WireTarget, emit: Emit) {
    this.target = target
    this.emit = emit
    this.calls = new StreamedCalls(emit, () => this.parts++)
  }

  get finished(): boolean {
    return this.finishReason !== null
  }

  get filtered(): boolean {
    return readFinish(this.finishReason, false).reason === 'filter'
  }

  read(data: string): void {
    if (this.over) return
    if (data === '[DONE]' || data.trim() === '[DONE]') {
      this.finish(true)
      return
    }
    const chunk = parseJson(data)
    this.malformed = chunk === undefined
    if (!isObject(chunk)) return
    if (chunk.error !== undefined || chunk.choices === undefined) {
      const reported = readReported(chunk)
      if (reported !== null) {
        this.over = !this.finished
        this.emit({ type: 'fail', error: neutralError(500, reported) })
        return
      }
    }
    if (!this.started) this.start(chunk)
    const { choices } = chunk
    const choice: unknown = Array.isArray(choices) ? choices[0] : undefined
    const counted = chunk.usage !== undefined && chunk.usage !== null
    this.isCounted ||= counted
    if (isObject(choice)) this.readChoice(choice)
    if (counted) this.readUsage(chunk.usage)
  }

  /**
   * Complete if a finish reason came, else a cut, also with `[DONE]`: servers send it after an answer that broke off
   * behind them. Some upstreams send no reason but count the tokens of an answer once it is there (Novita, 2025);
   * others count in each chunk.
   */
  finish(isMarked = false): void {
    if (this.over) return
    if (this.finished || (isMarked && this.usage !== null && this.isCounted)) {
      this.end()
      return
    }
    this.over = true
    const message = 'the stream of the upstream ended in the middle of the answer'
    this.emit({ type: 'fail', error: { kind: 'broken', message, code: null, param: null } })
  }

  private start({ id, model }: JsonObject): void {
    this.started = true
    this.emit({
      type: 'start',
      id: typeof id === 'string' ? id : null,
      model: typeof model === 'string' ? model : null,
    })
  }

  /** Never the end of the stream: some upstreams count as they go, in chunks without choices. */
  private readUsage(value: unknown): void {
    const usage = readAnswerUsage(value)
    if (usage === null) return
    this.usage = usage
    this.emit({ type: 'usage', usage, running: !this.finished })
  }

  private readChoice(choice: JsonObject): void {
    // A stream of one choice; others are refused before sending.
    if (choice.index !== undefined && choice.index !== 0) return
    // Some upstreams end with a whole message instead of a delta.
    const { delta, finish_reason: reason } = choice
    if (isObject(delta)) this.readDelta(delta)
    // Some upstreams send an empty reason until there is one.
    if (typeof reason === 'string' && reason !== '') this.finishReason = reason
  }

  private readDelta(delta: JsonObject): void {
    const { content } = delta
    const thought = thoughtOf(delta)
    if (thought !== '') this.more('reasoning', thought)
    if (typeof content === 'string') {
      if (content !== '') this.more('text', content)
    } else if (content !== undefined && content !== null) {
      const pieces = piecesOf(content)
      if (pieces.thought !== '') this.more('reasoning', pieces.thought)
      if (pieces.text !== '') this.more('text', pieces.text)
    }
    if (delta.images !== undefined || Array.isArray(content))
      for (const image of imagesOf(delta)) this.whole(image)
    if (typeof delta.refusal === 'string' && delta.refusal !== '')
      this.more('refusal', delta.refusal)
    if (delta.annotations !== undefined) this.cite(delta.annotations)
    if (Array.isArray(delta.tool_calls)) this.readCalls(delta.tool_calls)
  }

  private readCalls(calls: readonly unknown[]): void {
    this.closeText()
    if (calls.length > 0) this.isCounted = false
    for (const [position, call] of calls.entries())
      if (isObject(call)) this.calls.read(call, position)
  }

  private cite(annotations: unknown): void {
    if (this.kind !== 'text') return
    for (const citation of citationsOf(annotations))
      this.emit({ type: 'cite', index: this.index, citation })
  }

  private whole(part: MediaPart): void {
    this.isCounted = false
    this.closeText()
    const index = this.parts++
    this.emit({ type: 'open', index, part })
    this.emit({ type: 'close', index })
  }

  private more(kind: TextKind, text: string): void {
    this.isCounted = false
    if (this.kind !== kind) {
      this.closeText()
      this.kind = kind
      this.index = this.parts++
      this.emit({ type: 'open', index: this.index, part: { type: kind, text: '' } })
    }
    this.emit({ type: 'delta', index: this.index, text })
  }

  private closeText(): void {
    const { kind, index } = this
    if (kind === null) return
    this.kind = null
    const signature = kind === 'reasoning' ? unsignedThought('', this.target).signature : undefined
    this.emit(
      signature === undefined ? { type: 'close', index } : { type: 'close', index, signature },
    )
  }

  private end(): void {
    this.over = true
    const { reason, stopText } = readFinish(this.finishReason, this.calls.any)
    // What the upstream gave up in the middle of stays open: it is no whole part.
    if (failureOfEnd(reason) === undefined) {
      this.closeText()
      this.calls.close()
    }
    // An upstream that counts as it goes may say no more of it at its end.
    if (this.usage !== null) this.emit({ type: 'usage', usage: this.usage })
    this.emit({ type: 'end', reason, stopText })
  }
}
