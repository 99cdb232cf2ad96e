/** From one client's protocol to one upstream's and back. Pure: who is asked, and how often, is decided elsewhere. */

import { isMalformed, MALFORMED } from '../malformed.ts'
import type { NeutralError, NeutralResponse, StreamEvent, Usage } from '../neutral/answer.ts'
import { reportLifetimes } from '../neutral/cache-marks.ts'
import { turnsField, WIRE_TITLES } from '../neutral/carry.ts'
import type {
  DialectName,
  JsonObject,
  Loss,
  NeutralRequest,
  Part,
  Turn,
} from '../neutral/neutral.ts'
import { placeOwnMedia } from '../neutral/pictures/own-media.ts'
import { shownPart } from '../neutral/pictures/shown-parts.ts'
import { portableTurns, refuseUnportable } from '../neutral/portable.ts'
import { type Restoration, restoreEvents, restoreResponse } from '../neutral/restore.ts'
import { fitTools } from '../neutral/tool-names.ts'
import { carriedTools } from '../neutral/vendor-tools.ts'
import { KeepingWriter } from '../rescue/keeping-writer.ts'
import { reportAlternatives } from '../schemas/object-schema.ts'
import { boundSchemas } from '../schemas/schema-size.ts'
import type { StreamPlace } from '../stream-place.ts'
import type {
  DialectFormat,
  EventReader,
  EventWriter,
  ReplyContext,
  SentStream,
  WireFormat,
  WireTarget,
} from './format.ts'
import type { ThoughtMemory } from './thoughts.ts'
import { showsAtOpening } from './visible.ts'

export interface TranslatedRequest extends Restoration {
  body: JsonObject
  losses: readonly Loss[]
}

/** Throws `invalid_request` for what the wire can't carry. */
export function translateRequest(
  request: NeutralRequest,
  wire: WireFormat,
  target: WireTarget,
): TranslatedRequest {
  refuseUnportable(request, wire.name)
  boundSchemas(request, wire.name)
  const losses = unreadLosses(request, wire)
  if (request.dialect !== wire.name) reportAlternatives(request, losses)
  reportLifetimes(request, wire.name, losses)
  const carried = carriedTools(request, wire.name, losses)
  const turns = portable(request, wire, target, losses)
  const fitted = fitTools({ ...request, ...carried, turns }, wire)
  const written = wire.writeRequest(fitted.request, target)
  const bare = request.output.type === 'schema' && request.output.bare === true
  return {
    body: written.body,
    losses: merged([...losses, ...written.losses]),
    origins: fitted.origins,
    outputTool: written.outputTool,
    unwraps: written.unwraps === true,
    bare,
  }
}

function portable(
  request: NeutralRequest,
  { name }: WireFormat,
  target: WireTarget,
  losses: Loss[],
): readonly Turn[] {
  const turns = portableTurns(request, name, losses)
  if (request.dialect === name) return turns
  return placeOwnMedia(turns, { wire: name, ...target }, { field: turnsField(request), losses })
}

function unreadLosses({ unread = [], dialect }: NeutralRequest, { name }: WireFormat): Loss[] {
  if (dialect === name) return []
  const why = `${WIRE_TITLES[name]} has no such field`
  return unread.map((field) => ({ field, how: 'dropped', why }))
}

/** The same loss is reported once, however often it occurs. */
function merged(losses: readonly Loss[]): Loss[] {
  const seen = new Map<string, Loss>()
  for (const loss of losses) seen.set(`${loss.field}\n${loss.how}\n${loss.why}`, loss)
  return [...seen.values()]
}

/** Nothing was left of it. */
export function isFiltered({ end, parts }: NeutralResponse): boolean {
  return end.reason === 'filter' && parts.length === 0
}

export interface TranslatedReply {
  body: JsonObject
  response: NeutralResponse
  /** What the client's format has no place for. */
  losses: readonly Loss[]
}

/** Everything that is fixed for one answer. */
export interface ReplyTranslation {
  dialect: DialectFormat
  wire: WireFormat
  target: WireTarget
  restoration: Restoration
  context: ReplyContext
}

/** Throws UnreadableReply for a body that is not the wire's. */
export function translateReply(body: unknown, translation: ReplyTranslation): TranslatedReply {
  const { dialect, wire, target, restoration, context } = translation
  const restored = restoreResponse(wire.readResponse(body, target), restoration)
  const losses: Loss[] = []
  const parts = restored.parts.map((part): Part => {
    if (part.type === 'result') return part
    const shown = shownPart(part, dialect.name)
    if (shown.loss !== undefined) losses.push(shown.loss)
    return shown.part
  })
  const response = { ...restored, parts }
  return { body: dialect.writeResponse(response, context), response, losses }
}

type OpenEvent = Extract<StreamEvent, { type: 'open' }>
const NO_LOSSES: readonly Loss[] = []

/** A class rather than closures: one object per stream keeps its state on few cache lines. */
export class StreamTranslation {
  /** The last usage that the upstream reported. */
  usage: Usage | null = null
  /** It was reported before the answer was complete. */
  usageIsPartial = false
  /** Why the stream failed; the caller reports it to the client. */
  error: NeutralError | null = null
  /** The end was written; nothing follows. */
  ended = false
  /** The upstream began to answer. */
  started = false
  /** Part of an answer came. The client may not have it yet, if it is held back until it can be restored. */
  visible = false
  /** The text generated so far, for counting if no usage comes. */
  text = ''
  /** What the client's format has no place for, until now. */
  losses: readonly Loss[] = NO_LOSSES
  private readonly reader: EventReader
  private readonly writer: EventWriter
  private readonly memory: ThoughtMemory | null
  private readonly keeps: boolean
  private readonly dialect: DialectName
  /** An error followed the reason to stop: the answer is whole, and ends without it. */
  private failedLate = false
  private out = ''

  /** `memory` gathers what the client can't return; `keeps`: another upstream may have to go on. */
  constructor(
    { dialect, wire, target, restoration, context }: ReplyTranslation,
    memory: ThoughtMemory | null = null,
    keeps = false,
  ) {
    this.memory = memory
    this.keeps = keeps
    this.dialect = dialect.name
    const writer = dialect.writeEvents(context)
    this.writer = keeps && writer.sent === undefined ? new KeepingWriter(writer) : writer
    const restored = restoreEvents(restoration, (event) => this.take(event))
    this.reader = wire.readEvents(target, (event) => {
      if (event.type === 'fail' && this.reader.finished) {
        this.failedLate = true
        return
      }
      this.notice(event)
      restored(event)
    })
  }

  get place(): StreamPlace | null {
    return this.writer.place ?? null
  }

  /** Reads one event of the upstream. */
  read(data: string, name?: string): void {
    this.reader.read(data, name)
    if (this.failedLate) this.reader.finish()
    if (!this.keeps || this.finished || this.error !== null) return
    if (this.reader.malformed && isMalformed(data)) this.error = MALFORMED
  }

  /** The upstream said why it stopped; its usage, and with that the end, may still come. */
  get finished(): boolean {
    return this.ended || this.reader.finished
  }

  get filtered(): boolean {
    return this.reader.filtered === true
  }

  sent(): SentStream | null {
    return this.writer.sent ?? null
  }

  finish(): void {
    this.reader.finish()
  }

  /** What is to be sent now; '' when there is nothing. */
  takeOutput(): string {
    const { out } = this
    this.out = ''
    return out
  }

  /** What the upstream generates counts as it comes, though a part may be held back until it can be restored. */
  private notice(event: StreamEvent): void {
    if (this.error !== null || this.ended) return
    if (event.type === 'delta') {
      this.text += event.text
      this.visible = true
    } else if (event.type === 'open') {
      this.visible ||= showsAtOpening(event.part)
      if (event.part.type === 'call') this.text += event.part.name
    }
  }

  private shown(event: OpenEvent): OpenEvent {
    const { part, loss } = shownPart(event.part, this.dialect)
    if (loss === undefined) return event
    this.losses = merged([...this.losses, loss])
    return { ...event, part }
  }

  private take(event: StreamEvent): void {
    if (this.error !== null || this.ended) return
    switch (event.type) {
      case 'fail':
        this.error = event.error
        return
      case 'start':
      case 'open':
        this.started = true
        break
      case 'usage':
        this.usage = event.usage
        this.usageIsPartial = event.running === true
        break
      case 'end':
        this.ended = true
    }
    this.memory?.add(event)
    this.out += this.writer.write(event.type === 'open' ? this.shown(event) : event)
    if (this.writer.failure) this.error = this.writer.failure
  }
}
