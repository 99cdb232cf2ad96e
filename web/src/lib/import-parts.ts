/** A long list of keys in parts, so that each request is short and the progress can be shown. Pure. */

export interface GivenLine {
  /** Counted from 1, as the reader of the list counts. */
  line: number
  secret: string
}

export interface ImportPlan {
  parts: GivenLine[][]
  /** Lines whose key is on a line above. They are not sent. */
  repeated: GivenLine[]
}

export function importPlan(text: string, partSize: number): ImportPlan {
  const seen = new Set<string>()
  const plan: ImportPlan = { parts: [], repeated: [] }
  for (const [at, raw] of text.split(/\r\n|\r|\n/).entries()) {
    const given = { line: at + 1, secret: raw.trim() }
    if (given.secret === '') continue
    const last = plan.parts.at(-1)
    if (seen.has(given.secret)) plan.repeated.push(given)
    else if (last && last.length < partSize) last.push(given)
    else plan.parts.push([given])
    seen.add(given.secret)
  }
  return plan
}
