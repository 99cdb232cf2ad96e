/** `bun web/scripts/check-budget.ts`: holds what a browser loads to its budget, as gzip sends it. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const DIST = join(import.meta.dir, '../dist')
const KB = 1024
const FIRST_PAGE_BYTES = 190 * KB
const ALL_BYTES = 300 * KB
/** The first page: the frame, the overview, its charts and one language. */
const FIRST = [
  /^index-.*\.(js|css)$/,
  /^overview-page-/,
  /^en-/,
  /^chart-.*\.css$/,
  /^events-worker-/,
]

const assets = readdirSync(join(DIST, 'assets'))
const read = (name: string) => readFileSync(join(DIST, 'assets', name))
const gzipped = (bytes: Uint8Array<ArrayBuffer>) => Bun.gzipSync(bytes, { level: 9 }).length
const size = (name: string) => gzipped(new Uint8Array(read(name)))
const outside = ['index.html', 'theme.js', 'favicon.svg']
  .map((name) => gzipped(new Uint8Array(readFileSync(join(DIST, name)))))
  .reduce((sum, each) => sum + each, 0)

/** The files that a script imports before it runs. */
function importsOf(name: string): string[] {
  if (!name.endsWith('.js')) return []
  const text = read(name).toString('utf8')
  return [...text.matchAll(/(?:from|import)\s*["']\.\/([\w-]+\.js)["']/g)].map(
    ([, file = '']) => file,
  )
}

const first = new Set<string>()
const queue = assets.filter((name) => FIRST.some((pattern) => pattern.test(name)))
for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
  if (first.has(name)) continue
  first.add(name)
  queue.push(...importsOf(name))
}

const sum = (names: Iterable<string>) =>
  [...names].reduce((total, name) => total + size(name), outside)
const results = [
  ['first page', sum(first), FIRST_PAGE_BYTES],
  ['everything', sum(assets), ALL_BYTES],
] as const
for (const [what, bytes, limit] of results)
  console.log(`${what}: ${(bytes / KB).toFixed(1)} of ${limit / KB} kB`)
if (first.size < FIRST.length) throw new Error('the parts of the first page were not found')
process.exit(results.some(([, bytes, limit]) => bytes > limit) ? 1 : 0)
