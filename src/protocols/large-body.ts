/**
 * Parses a large JSON text without copying its long strings, such as images in base64: they become slices of the
 * text, which is kept anyway. `JSON.parse` would hold a second copy of each, and take time for every byte.
 */
import { stringEnd } from './json-scan.ts'

/** Below it, a copy costs less than looking for strings. */
const MIN_SLICE = 64 * 1024
/** Placeholder of a slice while the rest is parsed; no client can know it. */
const MARK = `\ue000${crypto.randomUUID()}:`
const CONTROL = /[\0-\x1f]/
const NAME_FOLLOWS = /[ \t\r\n]*:/y

/** As `JSON.parse`, including its SyntaxError. */
export function parseLarge(text: string): unknown {
  const { skeleton, slices } = withoutLongStrings(text)
  const value: unknown = JSON.parse(skeleton)
  return slices.length === 0 ? value : restored(value, slices)
}

function withoutLongStrings(text: string): { skeleton: string; slices: string[] } {
  const slices: string[] = []
  let skeleton = ''
  let copied = 0
  let backslash = text.indexOf('\\')
  let start = text.indexOf('"')
  while (start >= 0) {
    const end = stringEnd(text, start)
    // Not closed: JSON.parse says so.
    if (end < 0) break
    if (backslash >= 0 && backslash < start) backslash = text.indexOf('\\', start)
    const isPlain = backslash < 0 || backslash > end
    if (isPlain && end - start > MIN_SLICE && isValue(text, end)) {
      const slice = text.slice(start + 1, end)
      if (!CONTROL.test(slice)) {
        skeleton += `${text.slice(copied, start)}"${MARK}${slices.length}"`
        slices.push(slice)
        copied = end + 1
      }
    }
    start = text.indexOf('"', end + 1)
  }
  return { skeleton: skeleton + text.slice(copied), slices }
}

/** Not the name of a member. */
function isValue(text: string, end: number): boolean {
  NAME_FOLLOWS.lastIndex = end + 1
  return !NAME_FOLLOWS.test(text)
}

/** Nesting is bounded before anything is parsed. */
function restored(value: unknown, slices: readonly string[]): unknown {
  if (typeof value === 'string')
    return value.startsWith(MARK) ? slices[Number(value.slice(MARK.length))] : value
  if (Array.isArray(value)) {
    for (const [at, item] of value.entries()) value[at] = restored(item, slices)
  } else if (typeof value === 'object' && value !== null) {
    const fields = value as Record<string, unknown>
    for (const name of Object.keys(fields)) {
      const field = fields[name]
      // Only what changes is assigned: `__proto__` would be its prototype.
      if (typeof field === 'object' || typeof field === 'string')
        assign(fields, name, restored(field, slices))
    }
  }
  return value
}

function assign(fields: Record<string, unknown>, name: string, value: unknown): void {
  if (fields[name] === value) return
  Object.defineProperty(fields, name, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  })
}
