/** A request as an OpenAI-style upstream gets it: the client's bytes, but for the model's name and usage in streams. */
import { type Member, membersIn, withMember } from '../json-scan.ts'
import type { ModelRequest, WriteOptions } from '../protocol.ts'

export function writePassedRequest(request: ModelRequest, options: WriteOptions): string | null {
  const { text, body } = request
  if (text === null) return null
  const edits: [field: string, value: string][] = []
  if (options.model !== request.model) edits.push(['model', JSON.stringify(options.model)])
  if (options.askForUsage) edits.push(['stream_options', withUsage(body.stream_options)])
  return edits.length === 0 ? text : edited(text, edits)
}

function edited(text: string, edits: [field: string, value: string][]): string {
  const members = membersIn(text)
  // Offsets hold for the original text, so the last one in it is replaced first.
  edits.sort(([one], [other]) => offset(members, other) - offset(members, one))
  let body = text
  for (const [field, value] of edits) body = withMember(body, members, field, value)
  return body
}

function withUsage(options: unknown): string {
  const asked = typeof options === 'object' && options !== null ? options : {}
  return JSON.stringify({ ...asked, include_usage: true })
}

/** Missing members are put at the front, after all replacements. */
function offset(members: ReadonlyMap<string, Member>, field: string): number {
  return members.get(field)?.valueStart ?? -1
}
