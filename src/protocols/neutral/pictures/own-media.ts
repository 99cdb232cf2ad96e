/** Pictures of earlier answers. Gemini takes them in the model's own turns; other wires only from a user. */
import type { ModelFacts } from '../model-facts.ts'
import type { Loss, MediaPart, Part, Turn, WireName } from '../neutral.ts'

interface Destination {
  wire: WireName
  facts: ModelFacts
  vendor: string
}

interface Report {
  /** The conversation's field in the client's words. */
  field: string
  losses: Loss[]
}

const INTRODUCTION = 'The image of your answer above:'

/** A client can't help what a model has answered: what this one does not take is left out, and never a 400. */
export function placeOwnMedia(
  turns: readonly Turn[],
  to: Destination,
  { field, losses }: Report,
): readonly Turn[] {
  const report = (how: Loss['how'], why: string) => losses.push({ field, how, why })
  return turns.flatMap((turn): Turn[] => {
    if (turn.role !== 'model' || !turn.parts.some(isMedia)) return [turn]
    const { parts, shown, isLost } = sorted(turn.parts, to)
    if (isLost) report('dropped', 'the model does not take the media of an earlier answer')
    if (shown.length > 0) report('emulated', 'images of an earlier answer are sent as the user’s')
    const own: Turn[] = parts.length > 0 ? [{ ...turn, parts }] : []
    if (shown.length === 0) return own
    return [...own, { role: 'user', parts: [{ type: 'text', text: INTRODUCTION }, ...shown] }]
  })
}

function sorted(all: readonly Part[], to: Destination) {
  const parts: Part[] = []
  const shown: Part[] = []
  let isLost = false
  for (const part of all) {
    if (!isMedia(part)) parts.push(part)
    else if (!isTaken(part, to)) isLost = true
    else if (KEEP_PLACE.has(to.wire)) parts.push(part)
    else if (part.kind === 'image') shown.push(part)
    else isLost = true
  }
  return { parts, shown, isLost }
}

function isMedia(part: Part): part is MediaPart {
  return part.type === 'media'
}

/** Wires on which a model's own turn may hold media. */
const KEEP_PLACE: ReadonlySet<WireName> = new Set(['gemini'])
const FEW_TYPES: ReadonlySet<WireName> = new Set(['messages', 'converse'])
const NO_ADDRESSES: ReadonlySet<WireName> = new Set(['converse'])
const CLAUDES_IMAGES: ReadonlySet<string | null> = new Set([
  'image/jpeg',
  'image/png',
  'image/gif',
  'image/webp',
])

function isTaken({ kind, source, mime }: MediaPart, { wire, facts, vendor }: Destination): boolean {
  if (!facts.media[kind]) return false
  switch (source.type) {
    case 'data':
      return !FEW_TYPES.has(wire) || CLAUDES_IMAGES.has(mime)
    case 'url':
      return KEEP_PLACE.has(wire) || (!NO_ADDRESSES.has(wire) && /^https?:/i.test(source.url))
    case 'file':
      return source.vendor === vendor
    case 'text':
      return false
  }
}
