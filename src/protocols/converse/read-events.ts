/** A stream from Bedrock Converse: named events, one message, its blocks by index. */
import type { ConverseStreamOutput } from '@aws-sdk/client-bedrock-runtime'
import type { NeutralError, OpenPart, Usage } from '../neutral/answer.ts'
import { isObject, parseJson, tokensOf } from '../neutral/fields.ts'
import type { JsonObject } from '../neutral/neutral.ts'
import type { Emit, EventReader, WireTarget } from '../translation/format.ts'
import { exceptionError } from './errors.ts'
import { readStopReason } from './stop-reason.ts'

type EventName = ConverseStreamOutput extends infer Event
  ? Event extends unknown
    ? keyof Event
    : never
  : never

interface OpenBlock {
  index: number
  /** Of a thought; it belongs to its end. */
  signature: string
}

const CUT: NeutralError = {
  kind: 'broken',
  message: 'upstream: the stream ended before the answer was complete',
  code: null,
  param: null,
}

/** A class rather than closures: one object per stream keeps its state on few cache lines. */
export class ConverseReader implements EventReader {
  malformed = false
  private readonly target: WireTarget
  private readonly emit: Emit
  private next = 0
  private ended = false
  private hasCall = false
  private stopReason: unknown = null
  private stopText: string | null = null
  private readonly blocks = new Map<unknown, OpenBlock>()

  constructor(target: WireTarget, emit: Emit) {
    this.target = target
    this.emit = emit
  }

  get finished(): boolean {
    return this.stopReason !== null
  }

  get filtered(): boolean {
    return this.finished && readStopReason(this.stopReason, false) === 'filter'
  }

  /** The payload of a named event, or `{"name": payload}`. */
  read(data: string, name?: string): void {
    const value = parseJson(data)
    this.malformed = value === undefined
    const event = isObject(value) ? value : {}
    if (name !== undefined) this.readEvent(name, event)
    else
      for (const [each, payload] of Object.entries(event))
        this.readEvent(each, isObject(payload) ? payload : {})
  }

  readEvent(name: string, event: JsonObject): void {
    if (this.ended) return
    switch (name as EventName) {
      case 'messageStart':
        this.emit({ type: 'start', id: null, model: null })
        break
      case 'contentBlockStart':
        this.blockStart(event)
        break
      case 'contentBlockDelta':
        if (isObject(event.delta)) this.delta(event.contentBlockIndex, event.delta)
        break
      case 'contentBlockStop':
        this.close(event.contentBlockIndex)
        break
      case 'messageStop':
        this.stopReason = event.stopReason ?? 'end_turn'
        this.stopText = stopTextOf(event.additionalModelResponseFields)
        break
      case 'metadata':
        this.metadata(event.usage)
        break
      default:
        if (name.endsWith('Exception')) this.fail(exceptionError(name, event))
    }
  }

  finish(): void {
    if (this.ended) return
    if (this.finished) this.end()
    else this.fail(CUT)
  }

  private blockStart({ start, contentBlockIndex: at }: JsonObject): void {
    const call = isObject(start) ? start.toolUse : undefined
    if (!isObject(call)) return
    this.hasCall = true
    const id = String(call.toolUseId ?? '')
    this.open(at, { type: 'call', id, name: String(call.name ?? ''), args: '' })
  }

  private open(at: unknown, part: OpenPart): OpenBlock {
    const known = this.blocks.get(at)
    if (known !== undefined) return known
    const block = { index: this.next++, signature: '' }
    this.blocks.set(at, block)
    this.emit({ type: 'open', index: block.index, part })
    return block
  }

  /** Texts and thoughts have no start of their own. */
  private delta(at: unknown, delta: JsonObject): void {
    const { text, toolUse, reasoningContent, citation } = delta
    if (typeof text === 'string') this.more(this.open(at, { type: 'text', text: '' }), text)
    else if (isObject(toolUse)) {
      const block = this.blocks.get(at)
      if (block !== undefined) this.more(block, toolUse.input)
    } else if (isObject(reasoningContent)) this.thought(at, reasoningContent)
    else if (isObject(citation)) this.cite(at, citation)
    else if (isObject(delta.image)) this.image(at, delta.image)
  }

  private more({ index }: OpenBlock, text: unknown): void {
    if (typeof text === 'string' && text !== '') this.emit({ type: 'delta', index, text })
  }

  private thought(at: unknown, { text, signature, redactedContent }: JsonObject): void {
    const redacted = typeof redactedContent === 'string'
    const block = this.open(at, { type: 'reasoning', text: '', ...(redacted && { redacted }) })
    this.more(block, text)
    if (typeof signature === 'string') block.signature += signature
    if (redacted) block.signature += redactedContent
  }

  private cite(at: unknown, { title, location }: JsonObject): void {
    const web = isObject(location) && isObject(location.web) ? location.web : {}
    if (typeof web.url !== 'string') return
    const { index } = this.open(at, { type: 'text', text: '' })
    const titled = typeof title === 'string' ? { title } : {}
    this.emit({ type: 'cite', index, citation: { url: web.url, ...titled } })
  }

  private image(at: unknown, { format, source }: JsonObject): void {
    const bytes = isObject(source) ? source.bytes : undefined
    if (typeof bytes !== 'string') return
    const mime = `image/${String(format ?? 'png')}`
    this.open(at, { type: 'media', kind: 'image', source: { type: 'data', data: bytes }, mime })
  }

  private close(at: unknown): void {
    const block = this.blocks.get(at)
    if (block === undefined) return
    this.blocks.delete(at)
    const { vendor, account } = this.target
    const { index, signature: payload } = block
    if (payload === '') this.emit({ type: 'close', index })
    else this.emit({ type: 'close', index, signature: { vendor, account, payload } })
  }

  /** The last event of a stream. */
  private metadata(usage: unknown): void {
    const read = readUsage(usage)
    if (read !== null) this.emit({ type: 'usage', usage: read })
    if (this.finished) this.end()
  }

  private end(): void {
    for (const at of [...this.blocks.keys()]) this.close(at)
    this.ended = true
    const reason = readStopReason(this.stopReason, this.hasCall)
    this.emit({ type: 'end', reason, stopText: this.stopText })
  }

  private fail(error: NeutralError): void {
    this.ended = !this.finished
    this.emit({ type: 'fail', error })
  }
}

function stopTextOf(fields: unknown): string | null {
  const text = isObject(fields) ? fields.stop_sequence : null
  return typeof text === 'string' ? text : null
}

/** Bedrock counts cache reads and writes separately from the input. */
function readUsage(value: unknown): Usage | null {
  if (!isObject(value)) return null
  const cacheRead = tokensOf(value.cacheReadInputTokens)
  const written = tokensOf(value.cacheWriteInputTokens)
  const details = Array.isArray(value.cacheDetails) ? value.cacheDetails.filter(isObject) : []
  const hour = details.find(({ ttl }) => ttl === '1h')
  const cacheWrite1h = Math.min(written, tokensOf(hour?.inputTokens))
  return {
    input: tokensOf(value.inputTokens) + cacheRead + written,
    output: tokensOf(value.outputTokens),
    cacheRead,
    cacheWrite5m: written - cacheWrite1h,
    cacheWrite1h,
    reasoning: 0,
    audioInput: 0,
    audioOutput: 0,
  }
}
