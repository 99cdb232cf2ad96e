/** Gathers changes whose marks would overlap. */

/**
 * Where times are drawn: pixels from the left edge, and the time that the buckets cover, in seconds since 1970. A bar
 * is centred at the start of its bucket, so its left end is where the bucket begins.
 */
export interface TimeScale {
  left: number
  width: number
  min: number
  max: number
}

export interface Change {
  /** ISO time. */
  at: string
  /** What was done to what, such as `key.create laptop`. */
  text: string
}

export interface Mark {
  /** Pixels from the left edge of the chart. */
  left: number
  /** From the first change until just after the last one, ISO times. */
  from: string
  until: string
  texts: readonly string[]
}

/** As far apart as the marks can be clicked on their own. */
const APART_PX = 20

/** The marks from left to right; changes outside of the scale have none. */
export function groupMarks(changes: readonly Change[], scale: TimeScale): Mark[] {
  const marks: Mark[] = []
  for (const { at, text } of [...changes].sort((one, other) => one.at.localeCompare(other.at))) {
    const share = (Date.parse(at) / 1000 - scale.min) / (scale.max - scale.min)
    if (!(share >= 0 && share <= 1)) continue
    const left = scale.left + share * scale.width
    const until = new Date(Date.parse(at) + 1).toISOString()
    const last = marks.at(-1)
    if (last !== undefined && left - last.left < APART_PX)
      marks[marks.length - 1] = { ...last, until, texts: [...last.texts, text] }
    else marks.push({ left, from: at, until, texts: [text] })
  }
  return marks
}
