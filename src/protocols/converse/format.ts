/** Bedrock Converse, as a wire; no client speaks it to the gateway. */
import type { WireFormat } from '../translation/format.ts'
import { readError } from './errors.ts'
import { ConverseReader } from './read-events.ts'
import { readResponse } from './read-response.ts'
import { writeRequest } from './write-request.ts'

export const converseWire: WireFormat = {
  name: 'converse',
  framing: 'eventstream',
  customTools: false,
  writeRequest,
  readResponse,
  readEvents: (target, emit) => new ConverseReader(target, emit),
  readError,
}
