/** A stream for a client of the Responses API. Each item starts with `added` and ends with `done`. */
import type { ResponseOutputItem } from 'openai-7/resources/responses/responses.js'
import type { ErrorReport } from '../../core/errors.ts'
import type { EndReason, NeutralError, OpenPart, StreamEvent, Usage } from '../neutral/answer.ts'
import { failureOfEnd } from '../neutral/failed-ends.ts'
import type { CallPart, Signature } from '../neutral/neutral.ts'
import type { StreamPlace } from '../stream-place.ts'
import type { EventWriter, ReplyContext } from '../translation/format.ts'
import { neutralOf } from '../translation/same-format.ts'
import { type ResponseState, responseObject, statusOf } from './envelope.ts'
import { failureOf } from './errors.ts'
import {
  type ItemWriter,
  type Unnumbered,
  writeCall,
  writeMessage,
  writeReasoning,
  writeWhole,
} from './item-events.ts'
import { idMaker, itemsOf, responseId, signatureItem } from './items.ts'

interface OpenItem {
  writer: ItemWriter
  outputIndex: number
}

type State = Pick<ResponseState, 'status' | 'incomplete' | 'error'>

/** A class rather than closures: one object per stream keeps its state on few cache lines. */
export class ResponsesWriter implements EventWriter {
  private sequence = 0
  private text = ''
  private started = false
  private model: string | null = null
  private usage: Usage | null = null
  /** The next item's place in the output. */
  private next = 0
  private readonly output: ResponseOutputItem[] = []
  private readonly open = new Map<number, OpenItem>()
  private readonly context: ReplyContext
  private readonly newId: (prefix: string) => string

  constructor(context: ReplyContext) {
    this.context = context
    this.newId = idMaker(context.requestId)
  }

  write(event: StreamEvent): string {
    this.text = ''
    this.take(event)
    return this.text
  }

  get place(): StreamPlace {
    const { requestId, resumed } = this.context
    return { id: resumed?.answerId ?? responseId(requestId), next: this.sequence }
  }

  /** A comment: the format has no event that says nothing. */
  ping(): string {
    return ': ping\n\n'
  }

  resume(): void {
    this.sequence = this.context.resumed?.sequence ?? this.sequence
  }

  private take(event: StreamEvent): void {
    if (event.type === 'usage') {
      this.usage = event.usage
      return
    }
    if (event.type === 'start') this.model = event.model
    this.start()
    if (event.type === 'open') this.openPart(event.index, event.part)
    else if (event.type === 'delta') this.open.get(event.index)?.writer.delta(event.text)
    else if (event.type === 'cite') this.open.get(event.index)?.writer.cite(event.citation)
    else if (event.type === 'close') this.close(event.index, event.signature)
    else if (event.type === 'fail') this.fail(event.error)
    else if (event.type === 'end') this.finish(event.reason)
  }

  private finish(reason: EndReason): void {
    const failure = failureOfEnd(reason)
    if (failure === undefined) this.end(statusOf(reason))
    else this.fail(failure)
  }

  private start(): void {
    if (this.started) return
    this.started = true
    const response = this.response({ status: 'in_progress' })
    this.send({ type: 'response.created', response })
    this.send({ type: 'response.in_progress', response })
  }

  private openPart(index: number, part: OpenPart): void {
    if (part.type === 'text' || part.type === 'refusal')
      this.openItem(index, this.newId('msg'), (place) => writeMessage(part, place, this.send))
    else if (part.type === 'reasoning')
      this.openItem(index, part.id ?? this.newId('rs'), (place) =>
        writeReasoning(part, place, this.send),
      )
    else if (part.type === 'call') this.openCall(index, part)
    else for (const item of itemsOf(part, this.newId)) this.whole(item)
  }

  private openCall(index: number, part: CallPart): void {
    for (const item of signatureItem(part.signature, this.newId)) this.whole(item)
    const id = part.itemId ?? this.newId(part.freeform === true ? 'ctc' : 'fc')
    this.openItem(index, id, (place) => writeCall(part, place, this.send))
  }

  private openItem(
    index: number,
    id: string,
    begin: (place: { id: string; outputIndex: number }) => ItemWriter,
  ): void {
    const outputIndex = this.next++
    const own = this.context.resumed?.itemIds?.[outputIndex] ?? id
    this.open.set(index, { outputIndex, writer: begin({ id: own, outputIndex }) })
  }

  private close(index: number, signature: Signature | undefined): void {
    const item = this.open.get(index)
    if (item === undefined) return
    this.open.delete(index)
    this.output[item.outputIndex] = item.writer.close(signature)
  }

  private whole(item: ResponseOutputItem): void {
    const outputIndex = this.next++
    this.output[outputIndex] = item
    writeWhole(item, outputIndex, this.send)
  }

  private end(state: State): void {
    const type = state.status === 'incomplete' ? 'response.incomplete' : 'response.completed'
    this.send({ type, response: this.response(state) })
  }

  /** Codex ignores `error` events, and takes this one. */
  private fail(error: NeutralError): void {
    const response = this.response({ status: 'failed', error: failureOf(error) })
    this.send({ type: 'response.failed', response })
  }

  private response(state: State) {
    const output = this.output.filter((item) => item !== undefined)
    const { model, usage } = this
    return responseObject(this.context, { model, output, usage, ...state })
  }

  private readonly send = (event: Unnumbered): void => {
    const { type, ...rest } = event
    const data = JSON.stringify({ type, sequence_number: this.sequence++, ...rest })
    this.text += `event: ${type}\ndata: ${data}\n\n`
  }
}

/** The end of a stream that broke off. It continues the numbers and the id of the events before it. */
export function failedEvent(
  report: ErrorReport,
  requestId: string,
  place: StreamPlace | null = null,
): string {
  const type = 'response.failed'
  const response = {
    id: place?.id ?? responseId(requestId),
    object: 'response',
    status: 'failed',
    error: failureOf(neutralOf(report)),
  }
  const event = { type, sequence_number: place?.next ?? 0, response }
  return `event: ${type}\ndata: ${JSON.stringify(event)}\n\n`
}
