/** The programs that a suite runs besides the gateway; installs missing ones if it may. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** Program → the Debian package that brings it. */
const PACKAGES = {
  nginx: 'nginx-light',
  curl: 'curl',
  openssl: 'openssl',
  sqlite3: 'sqlite3',
  strace: 'strace',
  initdb: 'postgresql',
  'redis-server': 'redis-server',
  caddy: 'caddy',
  certbot: 'certbot',
  pebble: 'pebble',
  'systemd-analyze': 'systemd',
  promtool: 'prometheus',
  chromium: 'chromium',
  /** Python that can make virtual environments; Debian packages that part separately. */
  ensurepip: 'python3-venv',
} as const

export type Program = keyof typeof PACKAGES

/** Suite → what it runs. A suite that is not named needs nothing but `node_modules`. */
const NEEDED_BY: Readonly<Record<string, readonly Program[]>> = {
  'test/support': ['openssl'],
  'test/contracts': ['initdb', 'redis-server'],
  'test/integration': ['curl', 'openssl', 'sqlite3', 'initdb', 'redis-server'],
  'test/conformance': ['curl', 'openssl', 'ensurepip'],
  'test/chaos': ['curl', 'openssl', 'sqlite3', 'strace', 'initdb', 'redis-server'],
  'test/deploy': [
    'nginx',
    'curl',
    'openssl',
    'initdb',
    'redis-server',
    'caddy',
    'certbot',
    'pebble',
    'systemd-analyze',
    'promtool',
  ],
  'test/doctor': ['nginx', 'openssl', 'initdb', 'redis-server', 'certbot'],
  'test/e2e': ['nginx', 'curl', 'ensurepip'],
  'test/console': ['chromium', 'nginx'],
  'test/slow': ['initdb', 'redis-server'],
}

/** Debian keeps nginx where only root looks. */
export const SEARCHED = `${process.env.PATH ?? ''}:/usr/sbin:/sbin`

const POSTGRES = '/usr/lib/postgresql'

/** Debian has a folder for each version of PostgreSQL; null if there is none. */
export function postgresFolder(): string | null {
  if (!existsSync(POSTGRES)) return null
  const [newest] = readdirSync(POSTGRES).sort((one, other) => Number(other) - Number(one))
  return newest === undefined ? null : join(POSTGRES, newest, 'bin')
}

/** The programs that `suite` (a folder or a file below one) needs. */
export function programsOf(suite: string): readonly Program[] {
  const folder = Object.keys(NEEDED_BY).find((name) => `${suite}/`.startsWith(`${name}/`))
  return folder === undefined ? [] : (NEEDED_BY[folder] ?? [])
}

/** Installs what `suites` lack. Null, or why not; each suite then says for itself what it lacks. */
export function installPrograms(suites: readonly string[]): string | null {
  const packages = [...new Set(suites.flatMap(lacking))].map((program) => PACKAGES[program])
  if (packages.length === 0) return null
  const mayInstall = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')
  if (!mayInstall)
    return `Install these packages and run again: apt-get install ${packages.join(' ')}`
  console.log(`Installing for the tests: ${packages.join(' ')}`)
  const update = aptGet('update', '-qq')
  const problem = aptGet('install', '-y', '-qq', '--no-install-recommends', ...packages)
  return problem ?? (suites.flatMap(lacking).length === 0 ? null : update)
}

/** What `suite` needs and this machine does not have. */
export function lacking(suite: string): Program[] {
  const searched = `${SEARCHED}:${postgresFolder() ?? ''}`
  return programsOf(suite).filter((program) =>
    program === 'ensurepip'
      ? !makesPythonEnvironments(searched)
      : Bun.which(program, { PATH: searched }) === null,
  )
}

function makesPythonEnvironments(path: string): boolean {
  const python = Bun.which('python3', { PATH: path })
  return python !== null && Bun.spawnSync([python, '-c', 'import ensurepip']).exitCode === 0
}

/** Null if it succeeded. */
function aptGet(...args: string[]): string | null {
  const { exitCode, stderr } = Bun.spawnSync(['apt-get', ...args], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    stdin: 'ignore',
  })
  return exitCode === 0 ? null : `apt-get ${args[0]}: ${stderr.toString().trim()}`
}
