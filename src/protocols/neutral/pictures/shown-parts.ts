/** What a client's format has no place for in an answer: it is shown in another way, or reported as lost. */
import type { OpenPart } from '../answer.ts'
import type { DialectName, Loss, MediaPart } from '../neutral.ts'

/** The content of an answer in each dialect. */
const CONTENT: Readonly<Record<DialectName, string>> = {
  chat: 'choices[].message.content',
  responses: 'output',
  messages: 'content',
  gemini: 'candidates[].content.parts',
}

export interface ShownPart {
  part: OpenPart
  /** Absent: the client gets all of it. */
  loss?: Loss
}

export function shownPart(part: OpenPart, dialect: DialectName): ShownPart {
  const lost = (how: Loss['how'], why: string): Loss => ({ field: CONTENT[dialect], how, why })
  if (part.type === 'vendor' && part.wire !== dialect)
    return { part, loss: lost('dropped', 'a record of a tool that its vendor runs') }
  if (part.type !== 'media' || hasPlace(part, dialect)) return { part }
  const { kind, source } = part
  if (kind !== 'image' || source.type !== 'url')
    return { part, loss: lost('dropped', `the format has no place for this ${kind}`) }
  return {
    part: { type: 'text', text: `![image](${source.url})` },
    loss: lost('emulated', 'an image by address is sent as a link'),
  }
}

/** The media that each format has a place for: their kinds, and what may hold them. */
const PLACES: Readonly<Record<DialectName, { kinds: RegExp; sources: readonly string[] }>> = {
  chat: { kinds: /^image$/, sources: ['data', 'url'] },
  responses: { kinds: /^image$/, sources: ['data'] },
  messages: { kinds: /^image$/, sources: [] },
  gemini: { kinds: /^/, sources: ['data', 'url'] },
}

function hasPlace({ kind, source }: MediaPart, dialect: DialectName): boolean {
  const { kinds, sources } = PLACES[dialect]
  return kinds.test(kind) && sources.includes(source.type)
}
