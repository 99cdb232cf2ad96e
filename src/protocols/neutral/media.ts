/** Media that are given by address: a `data:` URL carries its own type and bytes. */
import { invalidRequest } from '../../core/errors.ts'
import { own } from '../error-kind.ts'
import type { MediaSource } from './neutral.ts'

/** Names of types that clients send and vendors refuse, by the registered ones. */
const REGISTERED: Readonly<Record<string, string>> = {
  'image/jpg': 'image/jpeg',
  'image/pjpeg': 'image/jpeg',
  'image/x-png': 'image/png',
  'application/x-pdf': 'application/pdf',
  'audio/x-wav': 'audio/wav',
  'audio/wave': 'audio/wav',
  'audio/vnd.wave': 'audio/wav',
}

/** The type without parameters, by its registered name; null: none was given. */
export function mediaType(said: string | null | undefined): string | null {
  const type = said?.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  return type === '' ? null : (own(REGISTERED, type) ?? type)
}

/** Splits a `data:` URL; any other address stays one. */
export function dataUrl(url: string, path: string): { mime: string | null; source: MediaSource } {
  if (!url.startsWith('data:')) return { mime: null, source: { type: 'url', url } }
  const comma = url.indexOf(',')
  const head = comma < 0 ? '' : url.slice('data:'.length, comma)
  if (!head.endsWith(';base64'))
    throw invalidRequest(`'${path}' must be an http(s) URL or a base64 data URL`, path)
  const mime = mediaType(head.slice(0, -';base64'.length))
  return { mime, source: { type: 'data', data: url.slice(comma + 1) } }
}

/** The address of media for wires that take one: a `data:` URL for bytes. */
export function asUrl(source: MediaSource, mime: string | null): string | null {
  switch (source.type) {
    case 'url':
      return source.url
    case 'data':
      return `data:${mime ?? 'application/octet-stream'};base64,${source.data}`
    case 'text':
      return `data:${mime ?? 'text/plain'};base64,${Buffer.from(source.text).toString('base64')}`
    default:
      return null
  }
}

const BY_ENDING: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
  gif: 'image/gif',
  heic: 'image/heic',
  pdf: 'application/pdf',
  mp3: 'audio/mpeg',
  wav: 'audio/wav',
  mp4: 'video/mp4',
  webm: 'video/webm',
  txt: 'text/plain',
}

/** The type that an address ends in; null: it does not say. */
export function typeByEnding(url: string): string | null {
  const path = url.split(/[?#]/, 1)[0] ?? ''
  const ending = path.slice(path.lastIndexOf('.') + 1).toLowerCase()
  return own(BY_ENDING, ending) ?? null
}
