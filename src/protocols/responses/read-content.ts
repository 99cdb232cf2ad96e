/** The content of messages and tool results, from a client: a string or a list of typed parts. */
import {
  isObject,
  objectAt,
  optionalList,
  optionalText,
  refuse,
  textAt,
} from '../neutral/fields.ts'
import { dataUrl } from '../neutral/media.ts'
import type {
  CacheMark,
  Citation,
  JsonObject,
  MediaPart,
  MediaSource,
  Part,
} from '../neutral/neutral.ts'
import { present } from '../neutral/present.ts'

const VENDOR = 'openai'

/** Empty text parts say nothing, and some wires refuse them. */
export function readContent(content: unknown, field: string): Part[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }]
  return optionalList(content, field).flatMap((part, at) => {
    const read = readPart(objectAt(part, `${field}[${at}]`), `${field}[${at}]`)
    return read.type === 'text' && read.text === '' ? [] : [read]
  })
}

function readPart(part: JsonObject, field: string): Part {
  switch (part.type) {
    case 'input_text':
    case 'output_text':
    case 'text':
    case 'summary_text':
      return {
        type: 'text',
        text: textAt(part.text, `${field}.text`),
        ...citationsOf(part.annotations),
        ...cacheMark(part),
      }
    case 'refusal':
      return { type: 'refusal', text: textAt(part.refusal, `${field}.refusal`) }
    case 'input_image':
      return readImage(part, field)
    case 'input_file':
      return readFile(part, field)
    case 'input_audio':
      return readAudio(part, field)
    default:
      throw refuse(`${field}.type`, `is not a known content type: ${String(part.type)}`)
  }
}

function readImage(part: JsonObject, field: string): MediaPart {
  const url = optionalText(part.image_url, `${field}.image_url`)
  const id = optionalText(part.file_id, `${field}.file_id`)
  const detail = optionalText(part.detail, `${field}.detail`)
  if (url === undefined && id === undefined) throw refuse(field, 'needs image_url or file_id')
  const source = url === undefined ? fileSource(id ?? '') : dataUrl(url, `${field}.image_url`)
  return {
    type: 'media',
    kind: 'image',
    ...source,
    ...present({ detail }),
    ...cacheMark(part),
  }
}

function readFile(part: JsonObject, field: string): MediaPart {
  const data = optionalText(part.file_data, `${field}.file_data`)
  const url = optionalText(part.file_url, `${field}.file_url`)
  const id = optionalText(part.file_id, `${field}.file_id`)
  const name = optionalText(part.filename, `${field}.filename`)
  const given = data ?? url
  if (given === undefined && id === undefined)
    throw refuse(field, 'needs file_data, file_url or file_id')
  const source =
    given === undefined
      ? fileSource(id ?? '')
      : data === undefined || data.startsWith('data:')
        ? dataUrl(given, field)
        : { source: { type: 'data', data } as const, mime: 'application/pdf' }
  return {
    type: 'media',
    kind: 'document',
    ...source,
    ...present({ name }),
    ...cacheMark(part),
  }
}

function readAudio(part: JsonObject, field: string): MediaPart {
  const audio = objectAt(part.input_audio, `${field}.input_audio`)
  const format = textAt(audio.format, `${field}.input_audio.format`)
  const data = textAt(audio.data, `${field}.input_audio.data`)
  return {
    type: 'media',
    kind: 'audio',
    source: { type: 'data', data },
    mime: format === 'mp3' ? 'audio/mpeg' : `audio/${format}`,
  }
}

interface Source {
  source: MediaSource
  mime: string | null
}

function fileSource(id: string): Source {
  return { source: { type: 'file', id, vendor: VENDOR }, mime: null }
}

/** Sources from the web; places in files mean nothing to another vendor. */
export function citationsOf(annotations: unknown): { citations?: Citation[] } {
  const all = Array.isArray(annotations) ? annotations : []
  const citations = all.flatMap((annotation) => citationOf(annotation) ?? [])
  return citations.length === 0 ? {} : { citations }
}

export function citationOf(annotation: unknown): Citation | null {
  if (!isObject(annotation) || annotation.type !== 'url_citation') return null
  const { url, title, start_index: start, end_index: end } = annotation
  if (typeof url !== 'string') return null
  return {
    url,
    ...(typeof title === 'string' && { title }),
    ...(typeof start === 'number' && { start }),
    ...(typeof end === 'number' && { end }),
  }
}

/** OpenAI's mark for the end of a prefix worth caching has no lifetime of its own. */
function cacheMark(part: JsonObject): { cache?: CacheMark } {
  return isObject(part.prompt_cache_breakpoint) ? { cache: { ttl: null } } : {}
}
