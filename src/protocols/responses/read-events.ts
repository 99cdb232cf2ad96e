/**
 * A stream from an upstream of the Responses API. Servers differ in which events they leave out, so what an
 * item's `done` event (or the final response) holds beyond the deltas is added.
 */

import { foreignError } from '../foreign-error.ts'
import type { NeutralError, OpenPart } from '../neutral/answer.ts'
import { isObject, parseJson } from '../neutral/fields.ts'
import type { JsonObject, Part, Signature } from '../neutral/neutral.ts'
import { readNeutralError } from '../openai/neutral-error.ts'
import type { Emit, EventReader, WireTarget } from '../translation/format.ts'
import { citationOf } from './read-content.ts'
import { callOf, contentOf, endReason, partsOf, textOr } from './read-response.ts'
import { usageOf } from './usage.ts'

/** A part that has been opened and not closed. */
interface OpenState {
  index: number
  /** What was emitted of its text. */
  text: string
  /** Of a thought: how many of its paragraphs began. */
  section: string | null
}

const CUT: NeutralError = {
  kind: 'broken',
  message: 'upstream: the stream ended before the response was complete',
  code: null,
  param: null,
}

const OWN_TYPE = /^response\./

/** A class rather than closures: one object per stream keeps its state on few cache lines. */
export class ResponsesReader implements EventReader {
  finished = false
  filtered = false
  malformed = false
  private readonly target: WireTarget
  private readonly emit: Emit
  private started = false
  private ended = false
  private hasCall = false
  private next = 0
  /** By place: `output` for whole items, `output:content` for the parts of a message. */
  private readonly open = new Map<string, OpenState>()
  /** Output indices of items that are handed on whole, and are not complete yet. */
  private readonly withheld = new Set<number>()
  /** Output indices whose items are complete. */
  private readonly done = new Set<number>()

  constructor(target: WireTarget, emit: Emit) {
    this.target = target
    this.emit = emit
  }

  read(data: string, name?: string): void {
    const event = parseJson(data)
    this.malformed = event === undefined
    if (this.ended || !isObject(event)) return
    const type = textOr(event.type, name ?? '')
    const output = typeof event.output_index === 'number' ? event.output_index : 0
    const place = `${output}:${Number(event.content_index ?? 0)}`
    switch (type) {
      case 'response.created':
      case 'response.in_progress':
        this.start(event.response)
        break
      case 'response.output_item.added':
        this.itemAdded(event.item, output)
        break
      case 'response.content_part.added':
        this.contentAdded(event.part, output, place)
        break
      case 'response.output_text.delta':
        this.more(place, { type: 'text', text: '' }, event.delta)
        break
      case 'response.refusal.delta':
        this.more(place, { type: 'refusal', text: '' }, event.delta)
        break
      case 'response.output_text.annotation.added':
        this.cite(place, event.annotation)
        break
      case 'response.reasoning_summary_text.delta':
        this.thought(output, `summary ${event.summary_index}`, event.delta)
        break
      case 'response.reasoning_text.delta':
        this.thought(output, `content ${event.content_index}`, event.delta)
        break
      case 'response.function_call_arguments.delta':
      case 'response.custom_tool_call_input.delta':
        this.delta(String(output), event.delta)
        break
      case 'response.output_item.done':
        this.itemDone(event.item, output)
        break
      case 'response.completed':
      case 'response.incomplete':
        this.completed(event.response)
        break
      case 'response.failed':
        this.failed(isObject(event.response) ? event.response.error : null, event.response)
        break
      case 'error':
        this.failed(event.error ?? event, null)
        break
      default: {
        const error = foreignError(event, OWN_TYPE)
        if (error !== null) this.fail(error)
      }
    }
  }

  get withholds(): boolean {
    return this.withheld.size > 0
  }

  finish(): void {
    if (!this.ended) this.fail(CUT)
  }

  private start(response: unknown): void {
    if (this.started) return
    this.started = true
    const { id, model } = isObject(response) ? response : {}
    this.emit({ type: 'start', id: textOr(id, null), model: textOr(model, null) })
  }

  private itemAdded(item: unknown, output: number): void {
    if (!isObject(item)) return
    if (item.type === 'function_call' || item.type === 'custom_tool_call')
      this.openCall(item, output)
    else if (item.type === 'reasoning')
      this.opened(String(output), { type: 'reasoning', text: '', ...idOf(item) })
    // Of a message, the client has an item without a part until its content begins.
    else this.withheld.add(output)
  }

  private contentAdded(part: unknown, output: number, place: string): void {
    if (!isObject(part)) return
    if (part.type === 'output_text') this.opened(place, { type: 'text', text: '' })
    else if (part.type === 'refusal') this.opened(place, { type: 'refusal', text: '' })
    else return
    this.withheld.delete(output)
  }

  private openCall(item: JsonObject, output: number): void {
    this.hasCall = true
    this.opened(String(output), { ...callOf(item), args: '' })
  }

  /** The state of the part at `place`, which is opened if it was not yet. */
  private opened(place: string, part: OpenPart): OpenState {
    const known = this.open.get(place)
    if (known !== undefined) return known
    this.start(null)
    const state = { index: this.next++, text: '', section: null }
    this.open.set(place, state)
    this.emit({ type: 'open', index: state.index, part })
    return state
  }

  private more(place: string, part: OpenPart, text: unknown): void {
    this.opened(place, part)
    if (this.withheld.size > 0) this.withheld.delete(Number(place.split(':')[0]))
    this.delta(place, text)
  }

  private delta(place: string, text: unknown): void {
    const state = this.open.get(place)
    if (state === undefined || typeof text !== 'string' || text === '') return
    state.text += text
    this.emit({ type: 'delta', index: state.index, text })
  }

  /** Paragraphs of a thought are separated as in a whole answer, by an empty line. */
  private thought(output: number, section: string, text: unknown): void {
    const place = String(output)
    const state = this.opened(place, { type: 'reasoning', text: '' })
    if (state.section !== null && state.section !== section) this.delta(place, '\n\n')
    state.section = section
    this.delta(place, text)
  }

  private cite(place: string, annotation: unknown): void {
    const citation = citationOf(annotation)
    if (citation === null) return
    const { index } = this.opened(place, { type: 'text', text: '' })
    this.emit({ type: 'cite', index, citation })
  }

  private itemDone(item: unknown, output: number): void {
    if (!isObject(item) || this.done.has(output)) return
    this.done.add(output)
    this.withheld.delete(output)
    if (item.type === 'message') this.messageDone(item, output)
    else {
      const [part] = partsOf(item, this.target)
      if (part !== undefined) this.complete(String(output), part)
    }
  }

  private messageDone(item: JsonObject, output: number): void {
    for (const [at, content] of contentOf(item).entries()) {
      const [part] = partsOf({ type: 'message', content: [content] }, this.target)
      if (part !== undefined) this.complete(`${output}:${at}`, part)
    }
  }

  /** Emits what the whole part has beyond what came in pieces, and closes it. */
  private complete(place: string, part: Part): void {
    if (part.type === 'result') return
    if (part.type === 'call') this.hasCall = true
    if (part.type === 'media' || part.type === 'vendor') {
      const { index } = this.opened(place, part)
      this.open.delete(place)
      this.emit({ type: 'close', index })
      return
    }
    const whole = part.type === 'call' ? part.args : part.text
    const fresh = (this.open.get(place)?.text ?? '') === ''
    const state = this.opened(place, emptied(part))
    if (fresh && part.type === 'text')
      for (const citation of part.citations ?? [])
        this.emit({ type: 'cite', index: state.index, citation })
    if (whole.startsWith(state.text)) this.delta(place, whole.slice(state.text.length))
    this.close(place, part.type === 'reasoning' ? part.signature : undefined)
  }

  private close(place: string, signature?: Signature): void {
    const state = this.open.get(place)
    if (state === undefined) return
    this.open.delete(place)
    this.emit({ type: 'close', index: state.index, ...(signature !== undefined && { signature }) })
  }

  private completed(response: unknown): void {
    const whole = isObject(response) ? response : {}
    this.start(whole)
    const output = Array.isArray(whole.output) ? whole.output : []
    for (const [at, item] of output.entries()) this.itemDone(item, at)
    for (const place of [...this.open.keys()]) this.close(place)
    const usage = usageOf(whole)
    if (usage !== null) this.emit({ type: 'usage', usage })
    this.ended = true
    this.finished = true
    const reason = endReason(whole, this.hasCall)
    this.filtered = reason === 'filter'
    this.emit({ type: 'end', reason, stopText: null })
  }

  private failed(error: unknown, response: unknown): void {
    const usage = usageOf(response)
    if (usage !== null) this.emit({ type: 'usage', usage })
    this.fail(readNeutralError(200, { error: isObject(error) ? error : {} }))
  }

  private fail(error: NeutralError): void {
    this.ended = true
    this.emit({ type: 'fail', error })
  }
}

function idOf({ id }: JsonObject): { id?: string } {
  return typeof id === 'string' ? { id } : {}
}

/** The part as it is opened: what follows comes as deltas. */
function emptied(part: Exclude<Part, { type: 'result' | 'media' | 'vendor' }>): OpenPart {
  if (part.type === 'call') return { ...part, args: '' }
  if (part.type === 'text') return { type: 'text', text: '' }
  if (part.type === 'refusal') return { type: 'refusal', text: '' }
  return { type: 'reasoning', text: '', ...(part.id !== undefined && { id: part.id }) }
}
