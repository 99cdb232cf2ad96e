/** Media that are given by address: a `data:` URL carries its own type and bytes. */
import { invalidRequest } from '../../core/errors.ts'
import type { MediaSource } from './neutral.ts'

/** Splits a `data:` URL; any other address stays one. */
export function dataUrl(url: string, path: string): { mime: string | null; source: MediaSource } {
  if (!url.startsWith('data:')) return { mime: null, source: { type: 'url', url } }
  const comma = url.indexOf(',')
  const head = comma < 0 ? '' : url.slice('data:'.length, comma)
  if (!head.endsWith(';base64'))
    throw invalidRequest(`'${path}' must be an http(s) URL or a base64 data URL`, path)
  const mime = head.slice(0, -';base64'.length).split(';', 1)[0]?.toLowerCase() ?? ''
  return { mime: mime === '' ? null : mime, source: { type: 'data', data: url.slice(comma + 1) } }
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
