/** The fields of a multipart form (RFC 7578) that is in memory, found without copying its files. */
import { invalidRequest } from '../core/errors.ts'

export interface FormPart {
  name: string
  /** Null for a field that is not a file. */
  filename: string | null
  /** The position of its content in the body. */
  start: number
  end: number
}

const BOUNDARY =
  /^multipart\/form-data\b.*;\s*boundary=(?:"([^"\\]{1,70})"|([^\s;"]{1,70}))(?=[\s;]|$)/i
const NAME = /^content-disposition:.*?[; \t]name="((?:[^"\\\r\n]|\\.)*)"/im
const FILENAME = /^content-disposition:.*?[; \t]filename\*?=/im
const MAX_PARTS = 1000
const MAX_PART_HEAD = 16 * 1024
/** A longer field that is not a file is skipped. */
const MAX_FIELD_BYTES = 1024 * 1024

/** Null if the content is not a form, or names no boundary of at most 70 characters (RFC 2046, 5.1.1). */
export function boundaryOf(contentType: string | null): string | null {
  const type = contentType ?? ''
  // Of two, an upstream could take the other one.
  if ((type.match(/boundary[\s*\d]*=/gi)?.length ?? 0) > 1) return null
  const found = BOUNDARY.exec(type)
  return found === null ? null : (found[1] ?? found[2] ?? null)
}

/** Throws `invalid_request` if it is not well formed. */
export function partsIn(body: Buffer, boundary: string): FormPart[] {
  const delimiter = Buffer.from(`--${boundary}`, 'latin1')
  const inner = Buffer.from(`\r\n--${boundary}`, 'latin1')
  const parts: FormPart[] = []
  let at = body.indexOf(delimiter)
  if (at < 0) throw malformed('its boundary is not in the body')
  at += delimiter.length
  while (body.toString('latin1', at, at + 2) !== '--') {
    if (parts.length >= MAX_PARTS) throw malformed(`it has more than ${MAX_PARTS} parts`)
    const headEnd = body.indexOf('\r\n\r\n', at)
    if (headEnd < 0 || headEnd - at > MAX_PART_HEAD) throw malformed('a part has no head')
    const end = body.indexOf(inner, headEnd + 2)
    if (end < 0) throw malformed('its last part has no end')
    parts.push(partOf(body.toString('utf8', at, headEnd), headEnd + 4, Math.max(end, headEnd + 4)))
    at = end + inner.length
  }
  return parts
}

function partOf(head: string, start: number, end: number): FormPart {
  return { ...partHead(head), start, end }
}

/** Throws `invalid_request` if the head names no field. */
export function partHead(head: string): Pick<FormPart, 'name' | 'filename'> {
  const name = NAME.exec(head)?.[1]
  if (name === undefined) throw malformed('a part has no name')
  return { name, filename: FILENAME.test(head) ? '' : null }
}

/** Values of the fields that are not files; the first if several have one name. */
export function fieldsIn(body: Buffer, parts: readonly FormPart[]): Record<string, string> {
  const fields: Record<string, string> = Object.create(null)
  for (const { name, filename, start, end } of parts) {
    if (filename !== null || end - start > MAX_FIELD_BYTES || name in fields) continue
    fields[name] = body.toString('utf8', start, end)
  }
  return { ...fields }
}

/** Fields that decide must not stand twice: an upstream could take the other one. */
export function refuseTwice(parts: readonly FormPart[], name: string): void {
  if (parts.filter((part) => part.name === name).length > 1)
    throw invalidRequest(`duplicate form field '${name}'; send it once`, name)
}

export interface Field {
  name: string
  value: string
  boundary: string
}

/** The form with the value of a field replaced, or the field put first if it is missing; all else as it came. */
export function withField(
  body: Buffer,
  parts: readonly FormPart[],
  { name, value, boundary }: Field,
): Buffer {
  const part = parts.find((one) => one.name === name && one.filename === null)
  if (part !== undefined) {
    const [before, after] = [body.subarray(0, part.start), body.subarray(part.end)]
    return Buffer.concat([before, Buffer.from(value), after])
  }
  const head = `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n`
  return Buffer.concat([Buffer.from(`${head}${value}\r\n`), body])
}

function malformed(reason: string) {
  return invalidRequest(`the form is malformed: ${reason}`)
}
