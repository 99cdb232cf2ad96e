/** Finds the route for a method and a path. */
import type { AppParts, Route } from './route.ts'
import type { ExchangeHandler } from './routes/inference.ts'

/** To a path the route of this very name, or the one whose name it has up to `{`, with something behind it. */
export function routesBy(
  routes: readonly Route[],
  method: Route['method'],
  parts: AppParts,
): (path: string) => ExchangeHandler | null {
  const exact = new Map<string, ExchangeHandler>()
  const below: [beginning: string, answer: ExchangeHandler][] = []
  for (const route of routes) {
    if (route.method !== method) continue
    const answer = route.open(parts)
    const anyAt = route.path.indexOf('{')
    if (anyAt < 0) exact.set(route.path, answer)
    else below.push([route.path.slice(0, anyAt), answer])
  }
  return (path) => {
    const found = exact.get(path)
    if (found !== undefined) return found
    for (const [beginning, answer] of below) {
      if (path.length > beginning.length && path.startsWith(beginning)) return answer
    }
    return null
  }
}
