/** Reads a Messages stream. */

import { foreignError } from '../foreign-error.ts'
import type { NeutralError, OpenPart } from '../neutral/answer.ts'
import { isObject, parseJson } from '../neutral/fields.ts'
import type { JsonObject } from '../neutral/neutral.ts'
import type { Emit, EventReader, WireTarget } from '../translation/format.ts'
import { readError } from './errors.ts'
import { readBlock, readCitation } from './read-blocks.ts'
import { signatureFrom } from './read-response.ts'
import { readEnd } from './stop-reason.ts'
import { applyUsageDelta, readUsage } from './usage.ts'

/** One block that is open. `raw` is the block of a server tool, whose input comes in pieces. */
interface OpenBlock {
  index: number
  kind: 'text' | 'reasoning' | 'call' | 'vendor'
  /** What came with the block's start and counts unless deltas follow: a call's whole input. */
  input: string
  received: boolean
  signature: string
  raw: Record<string, unknown> | null
}

const OWN_TYPE = /^(?:message_|content_block_|ping$)/

/** A class rather than closures: one object per stream keeps its state on few cache lines. */
export class MessagesReader implements EventReader {
  malformed = false
  private readonly target: WireTarget
  private readonly emit: Emit
  private readonly blocks = new Map<unknown, OpenBlock>()
  private parts = 0
  private called = false
  private over = false
  private stopReason: string | null = null
  private stopText: unknown = null
  /** Changed in place: a stream may hold thousands of reports. */
  private readonly usage: Record<string, unknown> = {}

  constructor(target: WireTarget, emit: Emit) {
    this.target = target
    this.emit = emit
  }

  get finished(): boolean {
    return this.stopReason !== null
  }

  get filtered(): boolean {
    return this.stopReason === 'refusal'
  }

  get withholds(): boolean {
    for (const { raw } of this.blocks.values()) if (raw !== null) return true
    return false
  }

  read(data: string): void {
    if (this.over) return
    const event = parseJson(data)
    this.malformed = event === undefined
    if (!isObject(event)) return
    switch (event.type) {
      case 'content_block_delta':
        this.readDelta(event)
        break
      case 'content_block_start':
        this.readStart(event)
        break
      case 'content_block_stop':
        this.readStop(event.index)
        break
      case 'message_start':
        this.readMessage(event.message)
        break
      case 'message_delta':
        this.readMessageDelta(event)
        break
      case 'message_stop':
        this.end()
        break
      case 'error':
        this.fail(readError(500, event))
        break
      default: {
        const error = foreignError(event, OWN_TYPE)
        if (error !== null) this.fail(error)
      }
    }
  }

  /** A stream that said why it stopped is complete; any other end is a cut. */
  finish(): void {
    if (this.over) return
    if (this.finished) this.end()
    else this.cut()
  }

  private cut(): void {
    const message = 'the stream of the upstream ended in the middle of the answer'
    this.fail({ kind: 'broken', message, code: null, param: null })
  }

  private readMessage(message: unknown): void {
    if (!isObject(message)) return
    const { id, model, usage } = message
    this.emit({
      type: 'start',
      id: typeof id === 'string' ? id : null,
      model: typeof model === 'string' ? model : null,
    })
    this.mergeUsage(usage)
  }

  /** `message_start` counts one token of output, whatever follows; only the usage with the stop reason is final. */
  private mergeUsage(usage: unknown): void {
    if (!isObject(usage)) return
    applyUsageDelta(this.usage, usage)
    const read = readUsage(this.usage)
    if (read !== null) this.emit({ type: 'usage', usage: read, running: !this.finished })
  }

  private readMessageDelta({ delta, usage }: JsonObject): void {
    if (isObject(delta)) {
      const { stop_reason: reason } = delta
      if (typeof reason === 'string' && reason !== '') this.stopReason = reason
      this.stopText = delta.stop_sequence ?? this.stopText
    }
    this.mergeUsage(usage)
  }

  private readStart({ index, content_block: raw }: JsonObject): void {
    if (!isObject(raw)) return
    const block = this.opened(raw)
    this.blocks.set(index, block)
    // A server tool's call is handed on whole, when its input is complete.
    if (block.raw !== null) return
    const part = openPart(raw, block, this.target)
    if (part.type === 'call') this.called = true
    this.emit({ type: 'open', index: block.index, part })
  }

  private opened(raw: JsonObject): OpenBlock {
    const block: OpenBlock = {
      index: this.parts++,
      kind: 'vendor',
      input: '',
      received: false,
      signature: '',
      raw: null,
    }
    if (raw.type === 'text') block.kind = 'text'
    else if (raw.type === 'thinking' || raw.type === 'redacted_thinking') {
      block.kind = 'reasoning'
      const slot = raw.type === 'thinking' ? raw.signature : raw.data
      if (typeof slot === 'string') block.signature = slot
    } else if (raw.type === 'tool_use') {
      block.kind = 'call'
      block.input = JSON.stringify(raw.input ?? {})
    } else block.raw = raw
    return block
  }

  private readDelta({ index, delta }: JsonObject): void {
    const block = this.blocks.get(index)
    if (block === undefined || !isObject(delta)) return
    switch (delta.type) {
      case 'text_delta':
        this.more(block, delta.text)
        break
      case 'thinking_delta':
        this.more(block, delta.thinking)
        break
      case 'input_json_delta':
        this.more(block, delta.partial_json)
        break
      case 'signature_delta':
        if (typeof delta.signature === 'string') block.signature += delta.signature
        return
      case 'citations_delta':
        if (isObject(delta.citation))
          this.emit({ type: 'cite', index: block.index, citation: readCitation(delta.citation) })
        return
      default:
        if (block.raw !== null) Object.assign(block.raw, withoutType(delta))
    }
  }

  private more(block: OpenBlock, text: unknown): void {
    if (typeof text !== 'string' || text === '') return
    if (block.raw !== null) {
      block.input += text
      return
    }
    block.received = true
    this.emit({ type: 'delta', index: block.index, text })
  }

  private readStop(index: unknown): void {
    const block = this.blocks.get(index)
    if (block === undefined) return
    this.blocks.delete(index)
    this.close(block)
  }

  private close(block: OpenBlock): void {
    const { index } = block
    if (block.raw !== null) {
      const input = block.input === '' ? undefined : parseJson(block.input)
      const raw = input === undefined ? block.raw : { ...block.raw, input }
      this.emit({ type: 'open', index, part: { type: 'vendor', wire: 'messages', raw } })
    }
    if (block.kind === 'call' && !block.received)
      this.emit({ type: 'delta', index, text: block.input })
    if (block.kind === 'reasoning')
      this.emit({ type: 'close', index, signature: signatureFrom(this.target, block.signature) })
    else this.emit({ type: 'close', index })
  }

  private end(): void {
    // An end without a reason to stop is what a server makes of an answer that its own upstream broke off.
    if (!this.finished) {
      this.cut()
      return
    }
    this.over = true
    for (const block of this.blocks.values()) this.close(block)
    this.blocks.clear()
    const { reason, stopText } = readEnd(this.stopReason, this.stopText, this.called)
    this.emit({ type: 'end', reason, stopText })
  }

  private fail(error: NeutralError): void {
    this.over = !this.finished
    this.emit({ type: 'fail', error })
  }
}

function openPart(raw: JsonObject, block: OpenBlock, target: WireTarget): OpenPart {
  switch (block.kind) {
    case 'call':
      return { type: 'call', id: String(raw.id ?? ''), name: String(raw.name ?? ''), args: '' }
    case 'reasoning': {
      const text = typeof raw.thinking === 'string' ? raw.thinking : ''
      return {
        type: 'reasoning',
        text,
        ...(raw.type === 'redacted_thinking' && { redacted: true }),
      }
    }
    default:
      return readBlock({ ...raw, text: raw.text ?? '' }, 'content_block', target.vendor) as OpenPart
  }
}

function withoutType({ type: _, ...rest }: JsonObject): JsonObject {
  return rest
}
