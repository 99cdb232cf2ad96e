/** The events of one output item, from its first to its last. */
import type {
  ResponseOutputItem,
  ResponseOutputMessage,
  ResponseOutputRefusal,
  ResponseOutputText,
  ResponseStreamEvent,
} from 'openai-7/resources/responses/responses.js'
import type {
  CallPart,
  Citation,
  ReasoningPart,
  RefusalPart,
  Signature,
  TextPart,
} from '../neutral/neutral.ts'
import { annotationOf, callItem, messageItem, outputText, reasoningItem } from './items.ts'

type WithoutNumber<Event> = Event extends unknown ? Omit<Event, 'sequence_number'> : never
/** The stream numbers its events as they leave. */
export type Unnumbered = WithoutNumber<ResponseStreamEvent>
export type Send = (event: Unnumbered) => void

export interface ItemWriter {
  delta(text: string): void
  cite(citation: Citation): void
  /** Sends what ends the item, and returns it as it is now. */
  close(signature: Signature | undefined): ResponseOutputItem
}

interface Place {
  id: string
  outputIndex: number
}

export function writeMessage(part: TextPart | RefusalPart, place: Place, send: Send): ItemWriter {
  const { id: item_id, outputIndex: output_index } = place
  const at = { item_id, output_index, content_index: 0 }
  const citations: Citation[] = []
  let text = ''
  const content = (): ResponseOutputText | ResponseOutputRefusal =>
    part.type === 'text' ? outputText(text, citations) : { type: 'refusal', refusal: text }
  send({
    type: 'response.output_item.added',
    output_index,
    item: messageItem(item_id, [], 'in_progress'),
  })
  send({ type: 'response.content_part.added', ...at, part: content() })
  const writer: ItemWriter = {
    delta(more) {
      text += more
      if (part.type === 'text')
        send({ type: 'response.output_text.delta', ...at, delta: more, logprobs: [] })
      else send({ type: 'response.refusal.delta', ...at, delta: more })
    },
    cite(citation) {
      citations.push(citation)
      send({
        type: 'response.output_text.annotation.added',
        ...at,
        annotation_index: citations.length - 1,
        annotation: annotationOf(citation, text),
      })
    },
    close() {
      if (part.type === 'text')
        send({ type: 'response.output_text.done', ...at, text, logprobs: [] })
      else send({ type: 'response.refusal.done', ...at, refusal: text })
      send({ type: 'response.content_part.done', ...at, part: content() })
      const item: ResponseOutputMessage = messageItem(item_id, [content()])
      send({ type: 'response.output_item.done', output_index, item })
      return item
    },
  }
  if (part.text !== '') writer.delta(part.text)
  if (part.type === 'text') for (const citation of part.citations ?? []) writer.cite(citation)
  return writer
}

/** The summary part is opened by its first text: a thought that only has a signature has none. */
export function writeReasoning(part: ReasoningPart, place: Place, send: Send): ItemWriter {
  const { id: item_id, outputIndex: output_index } = place
  const at = { item_id, output_index, summary_index: 0 }
  let text = ''
  send({
    type: 'response.output_item.added',
    output_index,
    item: reasoningItem(item_id, '', undefined),
  })
  const writer: ItemWriter = {
    delta(more) {
      if (more === '') return
      if (text === '') {
        const empty = { type: 'summary_text', text: '' } as const
        send({ type: 'response.reasoning_summary_part.added', ...at, part: empty })
      }
      text += more
      send({ type: 'response.reasoning_summary_text.delta', ...at, delta: more })
    },
    cite() {},
    close(signature = part.signature) {
      if (text !== '') {
        const whole = { type: 'summary_text', text } as const
        send({ type: 'response.reasoning_summary_text.done', ...at, text })
        send({ type: 'response.reasoning_summary_part.done', ...at, part: whole })
      }
      const item = reasoningItem(item_id, text, signature)
      send({ type: 'response.output_item.done', output_index, item })
      return item
    },
  }
  writer.delta(part.text)
  return writer
}

export function writeCall(part: CallPart, place: Place, send: Send): ItemWriter {
  const { id: item_id, outputIndex: output_index } = place
  const at = { item_id, output_index }
  const freeform = part.freeform === true
  let args = ''
  const item = () => callItem({ ...part, args, itemId: item_id }, () => item_id)
  send({
    type: 'response.output_item.added',
    output_index,
    item: { ...item(), status: 'in_progress' } as ResponseOutputItem,
  })
  const writer: ItemWriter = {
    delta(more) {
      if (more === '') return
      args += more
      if (freeform) send({ type: 'response.custom_tool_call_input.delta', ...at, delta: more })
      else send({ type: 'response.function_call_arguments.delta', ...at, delta: more })
    },
    cite() {},
    close() {
      if (freeform) send({ type: 'response.custom_tool_call_input.done', ...at, input: args })
      else
        send({
          type: 'response.function_call_arguments.done',
          ...at,
          arguments: args,
        })
      const done = item()
      send({ type: 'response.output_item.done', output_index, item: done })
      return done
    },
  }
  writer.delta(part.args)
  return writer
}

/** An item that comes whole. */
export function writeWhole(item: ResponseOutputItem, outputIndex: number, send: Send): void {
  send({ type: 'response.output_item.added', output_index: outputIndex, item })
  send({ type: 'response.output_item.done', output_index: outputIndex, item })
}
