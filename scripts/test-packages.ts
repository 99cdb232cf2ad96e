/**
 * Installs `test/package.json`, what only the tests and the checks need, if it is not there yet or has
 * changed. Separate from the package itself, so that `npm ci && npm start` does not bring it.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const FOLDER = join(import.meta.dir, '../test')
const LOCK = join(FOLDER, 'package-lock.json')
/** A copy of the lock file that was installed. */
const INSTALLED = join(FOLDER, 'node_modules/.installed-lock.json')

/** Null, or what a person has to do. */
export function installTestPackages(): string | null {
  const problem = install()
  if (problem === null) linkCompiler()
  return problem
}

/** `npx tsc` runs the compiler of the checks; without the link npx would fetch another package of that name. */
function linkCompiler(): void {
  const bin = join(FOLDER, '../node_modules/.bin')
  const link = join(bin, 'tsc')
  if (existsSync(link)) return
  mkdirSync(bin, { recursive: true })
  // A link whose target is missing exists for symlinkSync, not for existsSync.
  rmSync(link, { force: true })
  symlinkSync('../../test/node_modules/.bin/tsc', link)
}

function install(): string | null {
  const wanted = readFileSync(LOCK, 'utf8')
  if (existsSync(INSTALLED) && readFileSync(INSTALLED, 'utf8') === wanted) return null
  console.error('Installing what only tests and checks need (test/package.json)')
  // Some of them ask for a newer Node; here all of them run on Bun, so that is nothing to warn of.
  const options = ['--no-audit', '--no-fund', '--loglevel=error', '--ignore-scripts']
  const { exitCode, stderr } = Bun.spawnSync(['npm', 'ci', ...options], {
    cwd: FOLDER,
    stdout: 'ignore',
    stdin: 'ignore',
  })
  if (exitCode !== 0) return `npm ci in test/ failed: ${stderr.toString().trim()}`
  writeFileSync(INSTALLED, wanted)
  return null
}

if (import.meta.main) {
  const problem = installTestPackages()
  if (problem !== null) {
    console.error(problem)
    process.exitCode = 1
  }
}
