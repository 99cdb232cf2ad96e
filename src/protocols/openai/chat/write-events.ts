/** Writes a Chat Completions stream. */

import type { OpenPart, StreamEvent, Usage } from '../../neutral/answer.ts'
import type { Citation, JsonObject } from '../../neutral/neutral.ts'
import type { EventWriter, ReplyContext } from '../../translation/format.ts'
import { writeNeutralError } from '../neutral-error.ts'
import { writeImage } from './answer-images.ts'
import { writeAnswerUsage } from './answer-usage.ts'
import { writeFinish } from './finish-reason.ts'
import { completionId, writeCitation } from './write-response.ts'

/** What deltas of a part are written as: the field's name, or a call with its own number. */
type Slot = string | { call: number; freeform: boolean }

/** A class rather than closures: one object per stream keeps its state on few cache lines. */
export class ChatWriter implements EventWriter {
  private readonly context: ReplyContext
  private readonly slots = new Map<number, Slot>()
  /** Everything of a chunk before its delta; '' until the stream starts. */
  private head = ''
  private calls = 0
  private readonly images: JsonObject[] = []
  private textLength = 0
  /** Where in the whole text the open part begins. */
  private textStart = 0
  /** Of the open part. */
  private citations: Citation[] = []
  /** Of the parts that are complete. */
  private readonly annotations: JsonObject[] = []
  private usage: Usage | null = null

  constructor(context: ReplyContext) {
    this.context = context
  }

  write(event: StreamEvent): string {
    switch (event.type) {
      case 'delta':
        return this.delta(event.index, event.text)
      case 'open':
        return this.start(null) + this.open(event.index, event.part)
      case 'cite':
        this.citations.push(event.citation)
        return ''
      case 'close':
        if (this.citations.length > 0 && this.slots.get(event.index) === 'content')
          this.closeCited()
        this.slots.delete(event.index)
        return ''
      case 'usage':
        this.usage = event.usage
        return ''
      case 'start':
        return this.start(event.model)
      case 'end':
        return this.start(null) + this.end(writeFinish(event))
      case 'fail':
        return `data: ${JSON.stringify(writeNeutralError(event.error, this.context.requestId))}\n\n`
    }
  }

  ping(): string {
    return ': ping\n\n'
  }

  private start(model: string | null): string {
    if (this.head !== '') return ''
    const { context } = this
    const chunk: JsonObject = {
      id: completionId(context),
      object: 'chat.completion.chunk',
      created: context.createdAt,
      model: model ?? context.request.model,
    }
    this.head = `data: ${JSON.stringify(chunk).slice(0, -1)},"choices":[`
    return this.chunk('{"role":"assistant","content":""}')
  }

  private chunk(delta: string): string {
    return `${this.head}{"index":0,"delta":${delta},"logprobs":null,"finish_reason":null}]}\n\n`
  }

  private open(index: number, part: OpenPart): string {
    switch (part.type) {
      case 'text':
        this.slots.set(index, 'content')
        this.textStart = this.textLength
        this.citations.push(...(part.citations ?? []))
        return this.delta(index, part.text)
      case 'reasoning':
        this.slots.set(index, 'reasoning_content')
        return this.delta(index, part.text)
      case 'refusal':
        this.slots.set(index, 'refusal')
        return this.delta(index, part.text)
      case 'call': {
        const call = this.calls++
        const freeform = part.freeform === true
        this.slots.set(index, { call, freeform })
        const name = JSON.stringify(part.name)
        const args = JSON.stringify(part.args)
        const called = freeform
          ? `"type":"custom","custom":{"name":${name},"input":${args}}`
          : `"type":"function","function":{"name":${name},"arguments":${args}}`
        return this.chunk(
          `{"tool_calls":[{"index":${call},"id":${JSON.stringify(part.id)},${called}}]}`,
        )
      }
      case 'media': {
        const image = writeImage(part, this.images.length)
        if (image !== null) this.images.push(image)
        return ''
      }
      default:
        return ''
    }
  }

  private delta(index: number, text: string): string {
    if (text === '') return ''
    const slot = this.slots.get(index)
    if (slot === undefined) return ''
    const value = JSON.stringify(text)
    if (typeof slot === 'string') {
      if (slot === 'content') this.textLength += text.length
      return this.chunk(`{"${slot}":${value}}`)
    }
    const more = slot.freeform ? `"custom":{"input":${value}}` : `"function":{"arguments":${value}}`
    return this.chunk(`{"tool_calls":[{"index":${slot.call},${more}}]}`)
  }

  private closeCited(): void {
    const length = this.textLength - this.textStart
    for (const citation of this.citations)
      this.annotations.push(...writeCitation(citation, this.textStart, length))
    this.citations = []
  }

  private end(reason: string): string {
    // Each at once, as OpenAI sends annotations: its clients keep those of the last chunk that has any.
    const { annotations, images } = this
    const cited = annotations.length > 0 ? this.chunk(JSON.stringify({ annotations })) : ''
    const drawn = images.length > 0 ? this.chunk(JSON.stringify({ images })) : ''
    const last = `${this.head}{"index":0,"delta":{},"logprobs":null,"finish_reason":"${reason}"}]}\n\n`
    const { usage, context } = this
    const counted =
      context.usageAsked && usage !== null
        ? `${this.head}],"usage":${JSON.stringify(writeAnswerUsage(usage))}}\n\n`
        : ''
    return `${cited}${drawn}${last}${counted}data: [DONE]\n\n`
  }
}
