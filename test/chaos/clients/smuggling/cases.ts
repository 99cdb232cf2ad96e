/** Requests that could be understood as two, or as something other than they are: some hundreds, made by rule. */
import { type Attack, attackBuilder } from './attack.ts'
import { characters, hosts, malformedHeaders, misleadingHeaders } from './headers.ts'
import { chunkEnds, chunkSizes, contentLengths } from './lengths.ts'
import { requestLines } from './request-lines.ts'
import { malformedNames, transferEncodings } from './transfer-encodings.ts'

const GROUPS = [
  transferEncodings,
  malformedNames,
  contentLengths,
  chunkSizes,
  chunkEnds,
  characters,
  malformedHeaders,
  hosts,
  requestLines,
  misleadingHeaders,
]

/** All attacks; `body` is the JSON of one honest request for its number. */
export function attacks(key: string, body: (user: string) => string): readonly Attack[] {
  const builder = attackBuilder(key, body)
  for (const group of GROUPS) group(builder)
  return builder.all
}
