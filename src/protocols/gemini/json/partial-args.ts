/** A call's arguments that come in pieces, each with the JSON path of the value that it is of. */
import { isObject } from '../../neutral/fields.ts'

const STEP = /\.([^.[\]]+)|\[(\d+)\]|\['([^']*)'\]/g

/** Arguments are nested as deep as what a client may send. */
const MAX_STEPS = 64
/** A list's items come in their order; a number far beyond its end would be written as millions of nulls. */
const MAX_GAP = 100

type Container = Record<string | number, unknown>

/** Adds one piece, for example `{jsonPath: '$.city', stringValue: 'Ber', willContinue: true}`. */
export function addPartialArg(args: Record<string, unknown>, piece: unknown): void {
  if (!isObject(piece) || typeof piece.jsonPath !== 'string') return
  const steps = [...piece.jsonPath.matchAll(STEP)].map(([, name, index, quoted]) =>
    index === undefined ? (name ?? quoted ?? '') : Number(index),
  )
  const last = steps.pop()
  if (last === undefined || steps.length >= MAX_STEPS) return
  if (steps.includes('__proto__') || last === '__proto__') return
  let place: Container = args
  for (const [at, step] of steps.entries()) {
    if (isFar(place, step)) return
    const next = at + 1 < steps.length ? steps[at + 1] : last
    place[step] ??= typeof next === 'number' ? [] : {}
    if (typeof place[step] !== 'object' || place[step] === null) return
    place = place[step] as Container
  }
  if (isFar(place, last)) return
  place[last] = joinedValue(place[last], pieceValue(piece))
}

function isFar(place: unknown, step: string | number): boolean {
  return Array.isArray(place) && Number(step) > place.length + MAX_GAP
}

function pieceValue(piece: Readonly<Record<string, unknown>>): unknown {
  return piece.stringValue ?? piece.numberValue ?? piece.boolValue ?? null
}

/** Only texts come in several pieces. */
function joinedValue(before: unknown, piece: unknown): unknown {
  return typeof before === 'string' && typeof piece === 'string' ? before + piece : piece
}
