/** OpenAI Responses, as a dialect and as a wire. */

import { readNeutralError, writeNeutralError } from '../openai/neutral-error.ts'
import type { DialectFormat, WireFormat } from '../translation/format.ts'
import { ResponsesReader } from './read-events.ts'
import { readRequest } from './read-request.ts'
import { readResponse } from './read-response.ts'
import { resumedAs } from './resume.ts'
import { ResponsesWriter } from './write-events.ts'
import { writeRequest } from './write-request.ts'
import { writeResponse } from './write-response.ts'

export const responsesDialect: DialectFormat = {
  name: 'responses',
  readRequest,
  writeResponse,
  writeEvents: (context) => new ResponsesWriter(context),
  writeError: writeNeutralError,
  resumedAs,
}

export const responsesWire: WireFormat = {
  name: 'responses',
  framing: 'sse',
  customTools: true,
  writeRequest,
  readResponse,
  readEvents: (target, emit) => new ResponsesReader(target, emit),
  readError: readNeutralError,
}
