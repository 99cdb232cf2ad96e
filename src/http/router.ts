/** Finds the route of a path as it was sent, without decoding it: a second reading could take it for another. */
import { TrieRouter } from 'hono/router/trie-router'

export type PathParams = Readonly<Record<string, string>>

export interface FoundRoute<T> {
  value: T
  /** Still percent-encoded; `decodedOr` decodes one. */
  params: PathParams
}

export interface Router<T> {
  /** Only routes without parameters: one look-up in a map, which is all that most requests take. */
  exact(method: string, path: string): T | null
  match(method: string, path: string): FoundRoute<T> | null
}

const NO_PARAMS: PathParams = {}

/** Paths hold `{name}` for one segment, `{name*}` for one or more. Where two patterns fit, the first one wins. */
export function createRouter<T extends object>(
  routes: Iterable<{ method: string; path: string; value: T }>,
): Router<T> {
  const literal = new Map<string, Map<string, T>>()
  const patterns = new TrieRouter<T>()
  for (const { method, path, value } of routes) {
    if (path.includes('{')) patterns.add(method, honoPattern(path), value)
    else literal.set(method, (literal.get(method) ?? new Map<string, T>()).set(path, value))
  }
  const exact = (method: string, path: string) => literal.get(method)?.get(path) ?? null
  return {
    exact,
    match(method, path) {
      const value = exact(method, path)
      if (value !== null) return { value, params: NO_PARAMS }
      const [found] = patterns.match(method, path)[0]
      return found === undefined ? null : { value: found[0], params: found[1] as PathParams }
    },
  }
}

function honoPattern(path: string): string {
  return path.replace(/\{(\w+)(\*?)\}/g, (_, name, rest) => `:${name}${rest === '' ? '' : '{.+}'}`)
}

/** Decoded; unchanged if it is not properly encoded, since nothing has that name. */
export function decodedOr(encoded: string): string {
  try {
    return decodeURIComponent(encoded)
  } catch {
    return encoded
  }
}
