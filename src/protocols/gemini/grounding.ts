/** Sources from the web: Gemini's grounding metadata, whose offsets count bytes of UTF-8. */
import type { GroundingMetadata } from '@google/genai'
import { isObject } from '../neutral/fields.ts'
import type { Citation, JsonObject } from '../neutral/neutral.ts'

export function citationsFrom(metadata: JsonObject, text: string): Citation[] {
  const { groundingChunks, groundingSupports } = metadata
  const chunks: unknown[] = Array.isArray(groundingChunks) ? groundingChunks : []
  const supports: unknown[] = Array.isArray(groundingSupports) ? groundingSupports : []
  return supports.filter(isObject).flatMap((support) => {
    const place = isObject(support.segment) ? placeIn(text, support.segment) : {}
    const indices: unknown[] = Array.isArray(support.groundingChunkIndices)
      ? support.groundingChunkIndices
      : []
    return indices.flatMap((at) => {
      const chunk = typeof at === 'number' ? chunks[at] : undefined
      const web = isObject(chunk) && isObject(chunk.web) ? chunk.web : {}
      if (typeof web.uri !== 'string') return []
      const title = typeof web.title === 'string' ? { title: web.title } : {}
      return [{ url: web.uri, ...title, ...place }]
    })
  })
}

/** In UTF-16 units. The text of the segment is looked for, because offsets of a stream are of one event's part. */
function placeIn(text: string, segment: JsonObject): Pick<Citation, 'start' | 'end' | 'text'> {
  const cited = segment.text
  if (typeof cited !== 'string' || cited === '') return {}
  const start = text.lastIndexOf(cited)
  return start < 0 ? { text: cited } : { start, end: start + cited.length, text: cited }
}

export function groundingOf(citations: readonly Citation[], text: string): GroundingMetadata {
  return {
    groundingChunks: citations.map(({ url, title }) => ({
      web: { uri: url, ...(title !== undefined && { title }) },
    })),
    groundingSupports: citations.map(({ start = 0, end = text.length }, at) => ({
      segment: {
        startIndex: Buffer.byteLength(text.slice(0, start)),
        endIndex: Buffer.byteLength(text.slice(0, end)),
        text: text.slice(start, end),
      },
      groundingChunkIndices: [at],
    })),
  }
}
