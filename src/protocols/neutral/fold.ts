/** A buffered answer is the fold of its events, and a stream can be made of a buffered answer. */
import { type Emit, UnreadableReply } from '../translation/format.ts'
import type { End, NeutralError, NeutralResponse, StreamEvent, Usage } from './answer.ts'
import type { Citation, Part, Signature } from './neutral.ts'

interface OpenFold {
  part: Part
  texts: string[]
  citations: Citation[]
}

/** Gathers the events of one stream. */
export class EventFold {
  /** Set by the stream's last event. */
  end: End | null = null
  error: NeutralError | null = null
  usage: Usage | null = null
  private id: string | null = null
  private model: string | null = null
  /** By index: a part keeps the place where it was opened. */
  private readonly parts = new Map<number, OpenFold>()

  add(event: StreamEvent): void {
    switch (event.type) {
      case 'delta':
        this.parts.get(event.index)?.texts.push(event.text)
        break
      case 'open':
        this.parts.set(event.index, { part: event.part, texts: [], citations: [] })
        break
      case 'cite':
        this.parts.get(event.index)?.citations.push(event.citation)
        break
      case 'close':
        this.close(event.index, event.signature)
        break
      case 'usage':
        this.usage = event.usage
        break
      case 'start':
        this.id = event.id
        this.model = event.model
        break
      case 'end':
        this.end = { reason: event.reason, stopText: event.stopText }
        break
      case 'fail':
        this.error = event.error
    }
  }

  /** Throws UnreadableReply for a stream that failed or has not ended. */
  response(): NeutralResponse {
    if (this.end === null) throw new UnreadableReply(this.error?.message ?? 'the stream has no end')
    const { id, model, end, usage } = this
    const parts = [...this.parts.values()].map(({ part }) => part)
    return { id, model, parts, end, usage }
  }

  private close(index: number, signature: Signature | undefined): void {
    const open = this.parts.get(index)
    if (open !== undefined) open.part = completed(open, signature)
  }
}

function completed({ part, texts, citations }: OpenFold, signature: Signature | undefined): Part {
  const signed = signature === undefined ? {} : { signature }
  switch (part.type) {
    case 'text': {
      const cited = [...(part.citations ?? []), ...citations]
      const text = part.text + texts.join('')
      return { ...part, text, ...signed, ...(cited.length > 0 && { citations: cited }) }
    }
    case 'reasoning':
      return { ...part, text: part.text + texts.join(''), ...signed }
    case 'call':
      return { ...part, args: part.args + texts.join(''), ...signed }
    case 'refusal':
      return { ...part, text: part.text + texts.join('') }
    default:
      return part
  }
}

/** The events of a whole answer: what a client gets that asked for a stream. */
export function unfold({ id, model, parts, usage, end }: NeutralResponse, emit: Emit): void {
  emit({ type: 'start', id, model })
  for (const [index, part] of parts.entries()) unfoldPart(part, index, emit)
  if (usage !== null) emit({ type: 'usage', usage })
  emit({ type: 'end', ...end })
}

function unfoldPart(part: Part, index: number, emit: Emit): void {
  if (part.type === 'result') return
  const { opened, text } = emptied(part)
  emit({ type: 'open', index, part: opened })
  if (text !== '') emit({ type: 'delta', index, text })
  if (part.type === 'text')
    for (const citation of part.citations ?? []) emit({ type: 'cite', index, citation })
  const signature = 'signature' in part ? part.signature : undefined
  emit(signature === undefined ? { type: 'close', index } : { type: 'close', index, signature })
}

type Emptied = { opened: Extract<StreamEvent, { type: 'open' }>['part']; text: string }

function emptied(part: Exclude<Part, { type: 'result' }>): Emptied {
  switch (part.type) {
    case 'text': {
      const { citations: _, signature: __, ...rest } = part
      return { opened: { ...rest, text: '' }, text: part.text }
    }
    case 'reasoning': {
      const { signature: _, ...rest } = part
      return { opened: { ...rest, text: '' }, text: part.text }
    }
    // A call's signature comes with its start: some clients' formats have a place for it only before the call.
    case 'call':
      return { opened: { ...part, args: '' }, text: part.args }
    case 'refusal':
      return { opened: { ...part, text: '' }, text: part.text }
    default:
      return { opened: part, text: '' }
  }
}
