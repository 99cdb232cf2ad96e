/** The programs that the tests run beside the gateway; installs what is missing where it may. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** Program → Debian package that brings it. */
const NEEDED = {
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
}

/** Debian keeps nginx where only root looks. */
export const SEARCHED = `${process.env.PATH ?? ''}:/usr/sbin:/sbin`

const POSTGRES = '/usr/lib/postgresql'

/** Debian keeps each version of PostgreSQL in a folder of its own; null where there is none. */
export function postgresFolder(): string | null {
  if (!existsSync(POSTGRES)) return null
  const [newest] = readdirSync(POSTGRES).sort((one, other) => Number(other) - Number(one))
  return newest === undefined ? null : join(POSTGRES, newest, 'bin')
}

/** Null, or what a person has to do. */
export function ensurePrograms(): string | null {
  if (missing().length === 0) return null
  const packages = missing().join(' ')
  const mayInstall = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')
  if (!mayInstall)
    return `The tests need these packages; install them and run again: apt-get install ${packages}`
  console.log(`Installing for the tests: ${packages}`)
  const update = aptGet('update', '-qq')
  const problem = aptGet('install', '-y', '-qq', '--no-install-recommends', ...missing()) ?? null
  if (problem === null && missing().length === 0) return null
  return `${packages} could not be installed: ${problem ?? update ?? 'still not there'}`
}

function missing(): string[] {
  const searched = `${SEARCHED}:${postgresFolder() ?? ''}`
  return Object.entries(NEEDED)
    .filter(([program]) => Bun.which(program, { PATH: searched }) === null)
    .map(([, name]) => name)
    .concat(makesPythonEnvironments(searched) ? [] : ['python3-venv'])
}

/** Debian keeps what Python makes its environments with in a package apart from Python. */
function makesPythonEnvironments(path: string): boolean {
  const python = Bun.which('python3', { PATH: path })
  return python !== null && Bun.spawnSync([python, '-c', 'import ensurepip']).exitCode === 0
}

/** Null where it went well. */
function aptGet(...args: string[]): string | null {
  const { exitCode, stderr } = Bun.spawnSync(['apt-get', ...args], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    stdin: 'ignore',
  })
  return exitCode === 0 ? null : `apt-get ${args[0]}: ${stderr.toString().trim()}`
}
