/** A client's dialect for the rest of an answer: requests ask for the rest, events go into the stream that is there. */
import type { DialectFormat, SentStream } from '../translation/format.ts'
import { continuedRequest } from './continue-request.ts'
import { type Seam, SplicedWriter } from './splice.ts'

export interface Continuing extends Seam {
  sent: SentStream
  spentTokens: number
}

export function continuingDialect(dialect: DialectFormat, continuing: Continuing): DialectFormat {
  const { sent } = continuing
  return {
    ...dialect,
    readRequest: (body, path) =>
      continuedRequest(dialect.readRequest(body, path), sent.answer, continuing),
    writeEvents: (context) => new SplicedWriter(sent, context, continuing),
  }
}
