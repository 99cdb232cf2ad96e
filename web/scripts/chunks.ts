/**
 * Gathers the modules that several pages share into two files, because many small files compress badly: `first` has
 * those of the first page, `later` those that only other pages use.
 */
import { join } from 'node:path'

interface Graph {
  getModuleInfo(id: string): { importedIds: readonly string[] } | null
}

/** Drawn on the first page, but loaded after its frame. */
const LAZY = /[\\/]chart[\\/]/
const SHARED = /[\\/]src[\\/](api|lib|ui)[\\/]/

export function sharedChunks(root: string) {
  const starts = ['src/main.tsx', 'src/features/overview/overview-page.tsx'].map((path) =>
    join(root, path),
  )
  let known: ReadonlySet<string> | null = null
  const group = (name: string, first: boolean) => ({
    test: (id: string) => SHARED.test(id) && !LAZY.test(id),
    minShareCount: 2,
    name(id: string, graph: Graph) {
      known ??= reachedFrom(starts, graph)
      return known.has(id) === first ? name : null
    },
  })
  return {
    includeDependenciesRecursively: false,
    groups: [group('first', true), group('later', false)],
  }
}

/** The modules and all that they import before they run. */
function reachedFrom(starts: readonly string[], graph: Graph): ReadonlySet<string> {
  const reached = new Set<string>()
  const queue = [...starts]
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    if (reached.has(id)) continue
    reached.add(id)
    queue.push(...(graph.getModuleInfo(id)?.importedIds ?? []))
  }
  return reached
}
