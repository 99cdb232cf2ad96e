/**
 * A stream from Gemini. Each event is a small response; texts go on where the last one ended, and nothing
 * marks the end of the stream but a reason to finish.
 */

import { foreignError } from '../foreign-error.ts'
import type { NeutralError, Usage } from '../neutral/answer.ts'
import { digest } from '../neutral/call-ids.ts'
import { failureOfEnd } from '../neutral/failed-ends.ts'
import { isObject, parseJson } from '../neutral/fields.ts'
import type { CallPart, JsonObject, Part, Signature } from '../neutral/neutral.ts'
import type { Emit, EventReader, WireTarget } from '../translation/format.ts'
import { readError } from './errors.ts'
import { readFinishReason } from './finish-reason.ts'
import { citationsFrom } from './grounding.ts'
import { addPartialArg } from './json/partial-args.ts'
import { kindOf } from './read-parts.ts'
import { noteSearches, readUsage } from './usage.ts'

interface OpenText {
  index: number
  type: 'text' | 'reasoning'
  text: string
}

/** A call whose arguments still come. */
interface OpenCall {
  call: CallPart
  args: Record<string, unknown>
}

const CUT: NeutralError = {
  kind: 'broken',
  message: 'upstream: the stream ended before the answer was complete',
  code: null,
  param: null,
}

/** Its events have no type. */
const NO_TYPE = /(?!)/

/** A class rather than closures: one object per stream keeps its state on few cache lines. */
export class GeminiReader implements EventReader {
  malformed = false
  private readonly target: WireTarget
  private readonly emit: Emit
  private responseId: string | null = null
  private started = false
  private ended = false
  private next = 0
  private calls = 0
  private open: OpenText | null = null
  private partial: OpenCall | null = null
  private finishReason: unknown = null
  private blocked = false
  private usage: Usage | null = null
  /** Each is paid once; several events can name it. */
  private readonly searches = new Set<string>()

  constructor(target: WireTarget, emit: Emit) {
    this.target = target
    this.emit = emit
  }

  get finished(): boolean {
    return this.finishReason !== null || this.blocked
  }

  get filtered(): boolean {
    return (
      this.blocked || (this.finished && readFinishReason(this.finishReason, false) === 'filter')
    )
  }

  read(data: string): void {
    const chunk = parseJson(data)
    this.malformed = chunk === undefined
    this.readChunk(chunk)
  }

  /** One event, or a whole answer. */
  readChunk(chunk: unknown): void {
    if (this.ended || !isObject(chunk)) return
    if (isObject(chunk.error)) {
      this.fail(readError(200, chunk))
      return
    }
    if (chunk.candidates === undefined && chunk.promptFeedback === undefined) {
      const error = foreignError(chunk, NO_TYPE)
      if (error !== null) {
        this.fail(error)
        return
      }
    }
    this.start(chunk)
    if (isObject(chunk.promptFeedback) && chunk.promptFeedback.blockReason !== undefined)
      this.blocked = true
    const [candidate] = Array.isArray(chunk.candidates) ? chunk.candidates : []
    if (isObject(candidate)) this.readCandidate(candidate)
    if (isObject(candidate)) noteSearches(this.searches, candidate.groundingMetadata)
    this.readUsage(chunk.usageMetadata)
  }

  /** Each event counts up to itself. */
  private readUsage(metadata: unknown): void {
    const usage = readUsage(metadata)
    if (usage === null) return
    this.usage =
      this.searches.size === 0 ? usage : { ...usage, units: { searches: this.searches.size } }
    this.emit({ type: 'usage', usage: this.usage, running: !this.finished })
  }

  finish(): void {
    if (this.ended) return
    if (!this.finished) {
      this.fail(CUT)
      return
    }
    const hasCall = this.calls > 0 || this.partial !== null
    const reason =
      this.finishReason === null ? 'filter' : readFinishReason(this.finishReason, hasCall)
    // What the upstream gave up in the middle of stays open: it is no whole part.
    if (failureOfEnd(reason) === undefined) {
      this.endCall()
      this.close()
    }
    this.ended = true
    if (this.usage !== null) this.emit({ type: 'usage', usage: this.usage })
    this.emit({ type: 'end', reason, stopText: null })
  }

  private start({ responseId, modelVersion }: JsonObject): void {
    if (this.started) return
    this.started = true
    this.responseId = typeof responseId === 'string' ? responseId : null
    const model = typeof modelVersion === 'string' ? modelVersion : null
    this.emit({ type: 'start', id: this.responseId, model })
  }

  private readCandidate(candidate: JsonObject): void {
    const { content, finishReason, groundingMetadata } = candidate
    const parts = isObject(content) && Array.isArray(content.parts) ? content.parts : []
    for (const part of parts) if (isObject(part)) this.readPart(part)
    if (isObject(groundingMetadata)) this.cite(groundingMetadata)
    // Unspecified is what an answer has that goes on.
    const unsaid =
      finishReason === 'FINISH_REASON_UNSPECIFIED' || finishReason === 0 || finishReason === ''
    if (finishReason !== undefined && finishReason !== null && !unsaid)
      this.finishReason = finishReason
  }

  private readPart(part: JsonObject): void {
    const signature = this.signatureOf(part)
    if (isObject(part.functionCall)) this.readCall(part.functionCall, signature)
    else if (typeof part.text === 'string')
      this.readText(part.thought === true ? 'reasoning' : 'text', part.text, signature)
    // A draft that the model thought about is no part of the answer.
    else if (isObject(part.inlineData) && part.thought !== true)
      this.whole(mediaOf(part.inlineData))
    else if (signature !== undefined) this.readText('text', '', signature)
    else if (Object.keys(part).length > 0) this.whole({ type: 'vendor', wire: 'gemini', raw: part })
  }

  private signatureOf({ thoughtSignature }: JsonObject): Signature | undefined {
    if (typeof thoughtSignature !== 'string' || thoughtSignature === '') return undefined
    const { vendor, account } = this.target
    return { vendor, account, payload: thoughtSignature }
  }

  private readText(type: OpenText['type'], text: string, signature: Signature | undefined): void {
    // An empty text without a signature says nothing.
    if (text === '' && signature === undefined) return
    if (this.open?.type !== type) {
      this.close()
      this.open = { index: this.next++, type, text: '' }
      this.emit({ type: 'open', index: this.open.index, part: { type, text: '' } })
    }
    if (text !== '') {
      this.open.text += text
      this.emit({ type: 'delta', index: this.open.index, text })
    }
    if (signature !== undefined) this.close(signature)
  }

  private close(signature?: Signature): void {
    if (this.open === null) return
    const { index } = this.open
    this.open = null
    this.emit({ type: 'close', index, ...(signature !== undefined && { signature }) })
  }

  /** Every call is a new one, whatever its place, unless the last one goes on. */
  private readCall(call: JsonObject, signature: Signature | undefined): void {
    const { name, args, partialArgs, willContinue } = call
    if (this.partial === null || typeof name === 'string') {
      this.endCall()
      const part = this.callPart(call, signature)
      this.partial = { call: part, args: isObject(args) ? { ...args } : {} }
    }
    if (Array.isArray(partialArgs))
      for (const piece of partialArgs) addPartialArg(this.partial.args, piece)
    if (willContinue !== true) this.endCall()
  }

  private callPart({ id, name }: JsonObject, signature: Signature | undefined): CallPart {
    return {
      type: 'call',
      id: typeof id === 'string' && id !== '' ? id : this.newCallId(),
      name: typeof name === 'string' ? name : '',
      args: '',
      ...(signature !== undefined && { signature }),
    }
  }

  /** The same for the same call, streamed or not. */
  private newCallId(): string {
    const source = this.responseId ?? crypto.randomUUID()
    return `call_${digest(`${source} ${this.calls}`).slice(0, 24)}`
  }

  private endCall(): void {
    if (this.partial === null) return
    const { call, args } = this.partial
    this.partial = null
    this.calls++
    this.close()
    const index = this.next++
    this.emit({ type: 'open', index, part: call })
    this.emit({ type: 'delta', index, text: JSON.stringify(args) })
    this.emit({ type: 'close', index })
  }

  private whole(part: Exclude<Part, { type: 'result' }>): void {
    this.close()
    const index = this.next++
    this.emit({ type: 'open', index, part })
    this.emit({ type: 'close', index })
  }

  private cite(metadata: JsonObject): void {
    if (this.open?.type !== 'text') return
    const { index, text } = this.open
    for (const citation of citationsFrom(metadata, text))
      this.emit({ type: 'cite', index, citation })
  }

  private fail(error: NeutralError): void {
    this.ended = !this.finished
    this.emit({ type: 'fail', error })
  }
}

function mediaOf({ mimeType, data }: JsonObject): Exclude<Part, { type: 'result' }> {
  const mime = typeof mimeType === 'string' ? mimeType : null
  return {
    type: 'media',
    kind: kindOf(mime ?? ''),
    source: { type: 'data', data: typeof data === 'string' ? data : '' },
    mime,
  }
}
