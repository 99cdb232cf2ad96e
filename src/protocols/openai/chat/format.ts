/** OpenAI Chat Completions, as a dialect and as a wire. */
import type { DialectFormat, WireFormat } from '../../translation/format.ts'
import { readNeutralError, writeNeutralError } from '../neutral-error.ts'
import { ChatReader } from './read-events.ts'
import { readRequest } from './read-request.ts'
import { readResponse } from './read-response.ts'
import { ChatWriter } from './write-events.ts'
import { writeRequest } from './write-request.ts'
import { writeResponse } from './write-response.ts'

export const chatDialect: DialectFormat = {
  name: 'chat',
  readRequest,
  writeResponse,
  writeEvents: (context) => new ChatWriter(context),
  writeError: writeNeutralError,
}

export const chatWire: WireFormat = {
  name: 'chat',
  framing: 'sse',
  customTools: false,
  writeRequest,
  readResponse,
  readEvents: (target, emit) => new ChatReader(target, emit),
  readError: readNeutralError,
}
