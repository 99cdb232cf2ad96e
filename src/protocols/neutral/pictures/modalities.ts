/** What an answer is to hold beside text, as each dialect says it. */
import type { DialectName, NeutralRequest, WireName } from '../neutral.ts'

const FIELDS: Readonly<Partial<Record<DialectName, string>>> = {
  chat: 'modalities',
  gemini: 'generationConfig.responseModalities',
}
const WITH_PICTURES: ReadonlySet<WireName> = new Set(['chat', 'gemini'])
const CARRIED: ReadonlySet<string> = new Set(['text', 'image'])

/** `text`, `image`, `audio`; null: the client did not say. */
export function modalitiesOf({ dialect, own }: NeutralRequest): readonly string[] | null {
  const value = own[FIELDS[dialect] ?? '']
  return Array.isArray(value) ? value.map((one) => String(one).toLowerCase()) : null
}

/** Whether a request for pictures goes over to another format whole. */
export function carriesPictures(request: NeutralRequest, field: string, wire: WireName): boolean {
  if (field !== FIELDS[request.dialect] || !WITH_PICTURES.has(wire)) return false
  return modalitiesOf(request)?.every((one) => CARRIED.has(one)) ?? false
}
