/** Anthropic Messages, as a dialect and as a wire. */
import type { DialectFormat, WireFormat } from '../translation/format.ts'
import { readError, writeError } from './errors.ts'
import { MessagesReader } from './read-events.ts'
import { readRequest } from './read-request.ts'
import { readResponse } from './read-response.ts'
import { MessagesWriter } from './write-events.ts'
import { writeRequest } from './write-request.ts'
import { writeResponse } from './write-response.ts'

export const messagesDialect: DialectFormat = {
  name: 'messages',
  readRequest,
  writeResponse,
  writeEvents: (context) => new MessagesWriter(context),
  writeError,
  endMarker: 'event: message_stop\ndata: {"type":"message_stop"}\n\n',
}

export const messagesWire: WireFormat = {
  name: 'messages',
  framing: 'sse',
  customTools: false,
  writeRequest,
  readResponse,
  readEvents: (target, emit) => new MessagesReader(target, emit),
  readError,
}
