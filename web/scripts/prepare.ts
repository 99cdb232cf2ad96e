/**
 * `npm ci` runs this at its end: builds the console, if it is not built or older than its sources. Where the
 * packages to build it are left out (`npm ci --omit=dev`), a console that was built before stays as it is.
 */
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'

const WEB = join(import.meta.dir, '..')
const BUILT = join(WEB, 'dist/index.html')
const VITE = join(WEB, '../node_modules/vite/bin/vite.js')
/** What the console is made of; its packages are in the lock file. */
const SOURCES = [
  'src',
  'public',
  'scripts',
  'index.html',
  'vite.config.ts',
  'package.json',
  '../package-lock.json',
]

function newestMs(path: string): number {
  if (!existsSync(path)) return 0
  const { mtimeMs } = statSync(path)
  if (!statSync(path).isDirectory()) return mtimeMs
  const inside = readdirSync(path).map((name) => newestMs(join(path, name)))
  return Math.max(mtimeMs, ...inside)
}

function isCurrent(): boolean {
  if (!existsSync(BUILT)) return false
  const builtMs = statSync(BUILT).mtimeMs
  return SOURCES.every((source) => newestMs(join(WEB, source)) <= builtMs)
}

function build(): never {
  const { exitCode } = Bun.spawnSync(['node', VITE, 'build', '--logLevel', 'warn'], {
    cwd: WEB,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  // A half-written console would look current the next time.
  if (exitCode !== 0) rmSync(join(WEB, 'dist'), { recursive: true, force: true })
  process.exit(exitCode)
}

if (!isCurrent()) {
  if (existsSync(VITE)) build()
  if (!existsSync(BUILT))
    console.log('The console is not built: run "npm ci" without --omit=dev if you want it.')
}
