/** What both a whole chat answer and a chunk of its stream hold, read alike. */
import { isObject } from '../../neutral/fields.ts'
import type { Citation, JsonObject } from '../../neutral/neutral.ts'

/** The thought's text; compatible upstreams write it as `reasoning_content` or `reasoning`. */
export function thoughtOf(message: JsonObject): string {
  const { reasoning_content: named, reasoning } = message
  if (typeof named === 'string' && named !== '') return named
  return typeof reasoning === 'string' ? reasoning : ''
}

/** Mistral's content may be a list, in which thoughts are lists again. */
export function piecesOf(content: unknown): { thought: string; text: string } {
  if (typeof content === 'string') return { thought: '', text: content }
  const pieces = { thought: '', text: '' }
  if (!Array.isArray(content)) return pieces
  for (const part of content) {
    if (!isObject(part)) continue
    if (typeof part.text === 'string') pieces.text += part.text
    else if (part.type === 'thinking') pieces.thought += piecesOf(part.thinking).text
  }
  return pieces
}

export function citationsOf(annotations: unknown): Citation[] {
  if (!Array.isArray(annotations)) return []
  return annotations.flatMap((annotation) => {
    const cited = isObject(annotation) ? annotation.url_citation : undefined
    if (!isObject(cited) || typeof cited.url !== 'string') return []
    const { url, title, start_index: start, end_index: end } = cited
    return [
      {
        url,
        ...(typeof title === 'string' && { title }),
        ...(typeof start === 'number' && { start }),
        ...(typeof end === 'number' && { end }),
      },
    ]
  })
}

/** An id for a call that its upstream gave none. */
export function newCallId(): string {
  return `call_${crypto.randomUUID().replaceAll('-', '')}`
}
