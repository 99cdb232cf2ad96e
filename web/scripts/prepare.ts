/**
 * `npm ci` runs this at its end. It builds the console, if that is missing or older than its sources, and the bundle
 * that `npm start` runs. Without the packages that build the console (`npm ci --omit=dev`), an earlier console stays.
 */
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'

const WEB = join(import.meta.dir, '..')
const BUILT = join(WEB, 'dist/index.html')
const VITE = join(WEB, '../node_modules/vite/bin/vite.js')
const BUNDLER = join(WEB, '../scripts/bundle.ts')
const MAIN = join(WEB, '../src/main.ts')
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

function buildConsole(): void {
  const { exitCode } = Bun.spawnSync(['node', VITE, 'build', '--logLevel', 'warn'], {
    cwd: WEB,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  // A half-written console would look current the next time.
  if (exitCode === 0) return
  rmSync(join(WEB, 'dist'), { recursive: true, force: true })
  process.exit(exitCode)
}

if (!isCurrent()) {
  if (existsSync(VITE)) buildConsole()
  if (!existsSync(BUILT))
    console.log('The console is not built: run "npm ci" without --omit=dev if you want it.')
}
// The image installs packages before it has the sources, and a published package has no build scripts.
if (existsSync(BUNDLER) && existsSync(MAIN)) {
  const { bundle } = await import(BUNDLER)
  await bundle()
}
