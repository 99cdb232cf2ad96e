/** What protocols of one format have in common where client and upstream speak it both: bytes pass, and are read. */
import type { ErrorReport } from '../../core/errors.ts'
import { kindOfReport } from '../error-kind.ts'
import type { NeutralError } from '../neutral/answer.ts'
import { isObject, parseJson } from '../neutral/fields.ts'
import { EventFold, unfold } from '../neutral/fold.ts'
import { factsFor } from '../neutral/model-facts.ts'
import type { JsonObject } from '../neutral/neutral.ts'
import { fieldNames } from '../openai/chat/field-names.ts'
import type { ModelRequest, Protocol, ReadReply } from '../protocol.ts'
import { reportedError } from '../reported-error.ts'
import { SseEvents } from '../sse-events.ts'
import { tokenUsage } from '../token-usage.ts'
import type { DialectFormat, ReplyContext, WireFormat, WireTarget } from './format.ts'
import { PassedStream } from './passed-stream.ts'
import { isFiltered } from './translate.ts'

type Passing = Pick<
  Protocol,
  'writeError' | 'readReply' | 'openStream' | 'readError' | 'streamOfReply' | 'replyOfStream'
>

/** `isError` tells an error from an answer in a body with a status of success. */
export function passing(
  dialect: DialectFormat,
  wire: WireFormat,
  isError: (body: JsonObject) => boolean,
): Passing {
  const target: WireTarget = { model: '', facts: factsFor(''), vendor: '', account: '' }
  const readError = (value: unknown) => {
    const body = Array.isArray(value) ? value[0] : value
    return isObject(body) && isError(body) ? reportedError(wire.readError(0, body)) : null
  }
  return {
    readError,
    writeError: (report, requestId) =>
      JSON.stringify(dialect.writeError(neutralOf(report), requestId)),
    readReply(text) {
      const value = parseJson(text)
      const error = readError(value)
      if (error !== null) return { kind: 'error', error }
      return readAnswer(wire, value, target)
    },
    openStream: (_request, options) => new PassedStream({ dialect, wire, target }, options),
    streamOfReply(request, text) {
      const writer = dialect.writeEvents(contextOf(request))
      let events = ''
      try {
        unfold(wire.readResponse(parseJson(text), target), (event) => {
          events += writer.write(event)
        })
      } catch {
        return null
      }
      return events
    },
    replyOfStream(request, text) {
      const fold = new EventFold()
      const reader = wire.readEvents(target, (event) => fold.add(event))
      const events = new SseEvents((data) => reader.read(data))
      events.accept(new TextEncoder().encode(text))
      events.finish()
      reader.finish()
      if (fold.end === null) return null
      return JSON.stringify(dialect.writeResponse(fold.response(), contextOf(request)))
    },
  }
}

/** A count of tokens and an embedding are no answers of a model, and pass. */
function readAnswer(wire: WireFormat, value: unknown, target: WireTarget): ReadReply {
  if (value === undefined) return { kind: 'unreadable' }
  try {
    const response = wire.readResponse(value, target)
    const usage = response.usage === null ? null : tokenUsage(response.usage)
    return { kind: 'answer', usage, filtered: isFiltered(response) }
  } catch {
    return { kind: 'answer', usage: null, isOther: true }
  }
}

export function neutralOf(report: ErrorReport): NeutralError {
  const { message, code, param } = report
  return { kind: kindOfReport(report), message, code, param }
}

/** Ids of an answer that was only given another form are useless; they are constant. */
function contextOf(request: ModelRequest): ReplyContext {
  return {
    request: { ...EMPTY, model: request.model },
    requestId: 'reshaped',
    createdAt: 0,
    usageAsked: true,
    estimatedInput: 0,
  }
}

const EMPTY: ReplyContext['request'] = {
  dialect: 'chat',
  model: '',
  stream: true,
  turns: [],
  tools: [],
  toolChoice: { type: 'auto' },
  parallel: null,
  maxOutput: null,
  stop: [],
  sampling: {},
  reasoning: { mode: 'unset' },
  output: { type: 'text' },
  verbosity: null,
  tier: null,
  user: null,
  cacheKey: null,
  own: {},
  names: fieldNames({}),
}
