/** Fits a translated request to what a vendor's Chat Completions take. */
import { digest, fittedId, OPENAI_IDS } from '../../neutral/call-ids.ts'
import type { FieldNames } from '../../neutral/field-names.ts'
import type { JsonObject, Loss, NeutralRequest } from '../../neutral/neutral.ts'
import type { WireTarget } from '../../translation/format.ts'

const IDS = /^[a-zA-Z0-9]+$/

/** The same id for the same call each time, in call and result alike. */
export function callId(id: string, { quirks }: WireTarget): string {
  const length = quirks?.callIdLength
  if (length === undefined) return fittedId(id, OPENAI_IDS)
  return id.length === length && IDS.test(id) ? id : digest(id).slice(0, length)
}

/** A schema is instruction in words where the upstream only takes "some JSON". */
export function schemaInWords(
  request: NeutralRequest,
  { quirks }: WireTarget,
  losses: Loss[],
): NeutralRequest {
  const { output, names, turns } = request
  if (output.type !== 'schema' || quirks?.withoutSchemas !== true) return request
  const why = 'the upstream takes no schema: the model is asked for it in words'
  losses.push({ field: names.output, how: 'emulated', why })
  const schema = JSON.stringify(output.schema)
  const text = `Answer with one JSON object only, valid under this JSON schema:\n${schema}`
  const instruction = { role: 'system', parts: [{ type: 'text', text }] } as const
  return { ...request, output: { type: 'json' }, turns: [instruction, ...turns] }
}

/** What clients call the fields that some vendors refuse. */
const NAMED: Readonly<Record<string, keyof FieldNames>> = {
  frequency_penalty: 'frequencyPenalty',
  presence_penalty: 'presencePenalty',
  parallel_tool_calls: 'parallel',
}
/** What a field says that says nothing. */
const IDLE: JsonObject = { frequency_penalty: 0, presence_penalty: 0, parallel_tool_calls: true }

export function fitted(
  body: JsonObject,
  { quirks }: WireTarget,
  names: FieldNames,
  losses: Loss[],
): JsonObject {
  if (quirks === undefined) return body
  const { refuses = [], renames = {} } = quirks
  const kept = Object.entries(body).filter(([field]) => !refuses.includes(field))
  for (const field of refuses) {
    const name = NAMED[field]
    if (body[field] === undefined || body[field] === IDLE[field] || name === undefined) continue
    losses.push({ field: names[name], how: 'dropped', why: 'the upstream refuses it' })
  }
  return Object.fromEntries(kept.map(([field, value]) => [renames[field] ?? field, value]))
}
