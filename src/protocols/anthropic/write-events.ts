/** Writes a Messages stream: one open block at a time, numbered from 0 without gaps. */

import type { End, OpenPart, StreamEvent, Usage } from '../neutral/answer.ts'
import type { Signature } from '../neutral/neutral.ts'
import type { EventWriter, ReplyContext } from '../translation/format.ts'
import { writeError } from './errors.ts'
import { writeStopReason } from './stop-reason.ts'
import { writeUsage } from './usage.ts'
import {
  messageId,
  signatureBlock,
  slotOf,
  writeAnswerBlock,
  writeCitation,
} from './write-response.ts'

type Open = Extract<StreamEvent, { type: 'open' }>
/** Events of a part that is opened while another is still open. */
type Held = Map<number, StreamEvent[]>

const DELTA = 'event: content_block_delta\ndata: {"type":"content_block_delta","index":'

/** A class rather than closures: one object per stream keeps its state on few cache lines. */
export class MessagesWriter implements EventWriter {
  private readonly context: ReplyContext
  private readonly held: Held = new Map()
  private started = false
  /** The neutral index of the open part; -1: none is. */
  private open = -1
  private kind: OpenPart['type'] = 'text'
  /** The client's number of the open block, or of the last one. */
  private block = -1
  /** The open part has no block yet: a text whose first words have not come, or one that is never shown. */
  private hidden = false
  private usage: Usage | null = null

  constructor(context: ReplyContext) {
    this.context = context
  }

  write(event: StreamEvent): string {
    switch (event.type) {
      case 'delta':
        return event.index === this.open ? this.delta(event.text) : this.hold(event.index, event)
      case 'open':
        return this.beforeStart() + this.openOrHold(event)
      case 'close':
        return event.index === this.open
          ? this.close(event.signature)
          : this.hold(event.index, event)
      case 'cite':
        if (event.index !== this.open) return this.hold(event.index, event)
        return (
          this.show() +
          this.deltaOf(
            `{"type":"citations_delta","citation":${JSON.stringify(writeCitation(event.citation))}}`,
          )
        )
      case 'usage':
        this.usage = event.usage
        return ''
      case 'start':
        return this.start(event.model)
      case 'end':
        return this.beforeStart() + this.end(event)
      case 'fail':
        return sse('error', writeError(event.error, this.context.requestId))
    }
  }

  ping(): string {
    return 'event: ping\ndata: {"type":"ping"}\n\n'
  }

  /** Upstreams begin the block of a text before its first words. */
  resume(): void {
    if (this.open < 0 || !this.hidden) return
    this.hidden = false
    this.block++
  }

  private beforeStart(): string {
    return this.started ? '' : this.start(null)
  }

  private start(model: string | null): string {
    if (this.started) return ''
    this.started = true
    const { usage, context } = this
    const known = usage === null ? null : writeUsage({ ...usage, output: 0, reasoning: 0 })
    const message = {
      id: messageId(context),
      type: 'message',
      role: 'assistant',
      model: model ?? context.request.model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: known ?? {
        input_tokens: context.estimatedInput,
        cache_creation_input_tokens: 0,
        cache_read_input_tokens: 0,
        output_tokens: 0,
      },
    }
    return sse('message_start', { type: 'message_start', message })
  }

  private openOrHold(event: Open): string {
    if (this.open >= 0) {
      this.held.set(event.index, [event])
      return ''
    }
    this.open = event.index
    this.kind = event.part.type
    return this.begin(event.part)
  }

  private begin(part: OpenPart): string {
    this.hidden = true
    switch (part.type) {
      case 'text':
      case 'refusal':
        this.kind = 'text'
        return part.text === '' ? '' : this.delta(part.text)
      case 'reasoning':
        if (part.redacted) return ''
        return this.show() + (part.text === '' ? '' : this.delta(part.text))
      case 'call': {
        const block = `{"type":"tool_use","id":${JSON.stringify(part.id)},"name":${JSON.stringify(part.name)},"input":{}}`
        return (
          this.carrier(part.signature) +
          this.blockStart(block) +
          (part.args === '' ? '' : this.delta(part.args))
        )
      }
      default: {
        const block = writeAnswerBlock(part)
        return block === null ? '' : this.blockStart(JSON.stringify(block))
      }
    }
  }

  private carrier(signature: Signature | undefined): string {
    const block = signatureBlock(signature)
    return block === null ? '' : this.blockStart(JSON.stringify(block)) + this.blockStop()
  }

  /** Begins the block of a text or thought unless it has begun. */
  private show(): string {
    if (!this.hidden) return ''
    return this.blockStart(
      this.kind === 'reasoning'
        ? '{"type":"thinking","thinking":"","signature":""}'
        : '{"type":"text","text":""}',
    )
  }

  private blockStart(block: string): string {
    this.hidden = false
    this.block++
    return `event: content_block_start\ndata: {"type":"content_block_start","index":${this.block},"content_block":${block}}\n\n`
  }

  private blockStop(): string {
    return `event: content_block_stop\ndata: {"type":"content_block_stop","index":${this.block}}\n\n`
  }

  private delta(text: string): string {
    const value = JSON.stringify(text)
    switch (this.kind) {
      case 'text':
        return this.show() + this.deltaOf(`{"type":"text_delta","text":${value}}`)
      case 'reasoning':
        return this.hidden ? '' : this.deltaOf(`{"type":"thinking_delta","thinking":${value}}`)
      case 'call':
        return this.deltaOf(`{"type":"input_json_delta","partial_json":${value}}`)
      default:
        return ''
    }
  }

  private deltaOf(delta: string): string {
    return `${DELTA}${this.block},"delta":${delta}}\n\n`
  }

  private close(signature: Signature | undefined): string {
    this.open = -1
    let text = ''
    if (this.kind === 'reasoning') {
      const slot = JSON.stringify(slotOf(signature))
      text = this.hidden
        ? this.blockStart(`{"type":"redacted_thinking","data":${slot}}`)
        : this.deltaOf(`{"type":"signature_delta","signature":${slot}}`)
    }
    if (!this.hidden) text += this.blockStop()
    return text + this.release()
  }

  private hold(index: number, event: StreamEvent): string {
    this.held.get(index)?.push(event)
    return ''
  }

  /** The next part that waited, and if that is complete too, those after it. */
  private release(): string {
    const [next] = this.held
    if (next === undefined) return ''
    this.held.delete(next[0])
    let text = ''
    for (const event of next[1]) text += this.write(event)
    return text
  }

  private end(end: End): string {
    const usage =
      this.usage === null
        ? { input_tokens: this.context.estimatedInput, output_tokens: 0 }
        : writeUsage(this.usage)
    const delta = { stop_reason: writeStopReason(end), stop_sequence: end.stopText }
    return `${sse('message_delta', { type: 'message_delta', delta, usage })}event: message_stop\ndata: {"type":"message_stop"}\n\n`
  }
}

function sse(name: string, value: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(value)}\n\n`
}
