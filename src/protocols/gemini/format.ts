/** Gemini's generateContent, as a dialect and as a wire. */
import type { DialectFormat, WireFormat } from '../translation/format.ts'
import { readError, writeError } from './errors.ts'
import { GeminiReader } from './read-events.ts'
import { readRequest } from './read-request.ts'
import { readResponse } from './read-response.ts'
import { resumedAs } from './resume.ts'
import { GeminiWriter } from './write-events.ts'
import { writeRequest } from './write-request.ts'
import { writeResponse } from './write-response.ts'

export const geminiDialect: DialectFormat = {
  name: 'gemini',
  readRequest,
  writeResponse,
  writeEvents: (context) => new GeminiWriter(context),
  writeError,
  resumedAs,
}

export const geminiWire: WireFormat = {
  name: 'gemini',
  framing: 'sse',
  customTools: false,
  // A letter or `_` comes first.
  toolNames: /^[A-Za-z_][\w-]{0,63}$/,
  writeRequest,
  readResponse,
  readEvents: (target, emit) => new GeminiReader(target, emit),
  readError,
}
