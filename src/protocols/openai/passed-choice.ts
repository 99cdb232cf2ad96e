/** What a client has of the one choice of a stream that passes, so that another upstream can go on with it. */
import { resuming } from '../rescue/resume.ts'
import { SentAnswer } from '../rescue/sent-answer.ts'
import type { SentStream } from '../translation/format.ts'
import { chatDialect } from './chat/format.ts'

export interface Choice {
  index?: unknown
  text?: unknown
  finish_reason?: unknown
  delta?: Readonly<Record<string, unknown>>
}

/** A class rather than closures: one object per stream keeps its state on few cache lines. */
export class PassedChoice {
  /** The last event that passed. */
  last: Readonly<Record<string, unknown>> = {}
  private thought = ''
  private content = ''
  /** It holds what is not kept here: a call, a picture, audio, another choice. */
  private hasMore = false

  add({ index = 0, text, delta }: Choice): void {
    if (index !== 0 || text !== undefined) this.hasMore = true
    if (typeof delta !== 'object' || delta === null) return
    this.thought += thoughtText(delta)
    const { content } = delta
    if (typeof content === 'string') this.content += content
    else if (content !== undefined && content !== null) this.hasMore = true
    const { tool_calls: calls, function_call: call, refusal, audio, images } = delta
    if (Array.isArray(calls) ? calls.length > 0 : calls) this.hasMore = true
    if (Array.isArray(images) ? images.length > 0 : images) this.hasMore = true
    if (call || refusal || audio) this.hasMore = true
  }

  sent(): SentStream | null {
    if (this.hasMore) return null
    const { id, model, created } = this.last
    const answer = new SentAnswer()
    const answerId = stringOrNull(id)
    answer.add({ type: 'start', id: answerId, model: stringOrNull(model) })
    this.addPart(answer, 0, 'reasoning', this.thought)
    this.addPart(answer, 1, 'text', this.content)
    return resuming(chatDialect, answer, {
      answerId,
      ...(typeof created === 'number' && { createdAt: created }),
    })
  }

  private addPart(
    answer: SentAnswer,
    index: number,
    type: 'reasoning' | 'text',
    text: string,
  ): void {
    if (text === '') return
    answer.add({ type: 'open', index, part: { type, text: '' } })
    answer.add({ type: 'delta', index, text })
    if (type === 'reasoning' && this.content !== '') answer.add({ type: 'close', index })
  }
}

/** Some servers write a thought under both names. */
export function thoughtText(delta: Readonly<Record<string, unknown>>): string {
  return (
    textOrEmpty(delta.reasoning_content) ||
    textOrEmpty(delta.reasoning) ||
    textOrEmpty(delta.thinking)
  )
}

export function textOrEmpty(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function stringOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
