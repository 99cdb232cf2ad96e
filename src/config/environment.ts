/** The environment before its values are read: empty ones left out, secrets fetched from files, names checked. */
import { readFileSync } from 'node:fs'
import { ConfigError } from './config-error.ts'
import { isServiceLink } from './service-links.ts'
import { meantName } from './spelling.ts'
import { SECRETS, VARIABLES } from './variables.ts'

export type Environment = Readonly<Record<string, string | undefined>>

const FILE_NAMES = SECRETS.map((name) => `${name}_FILE`)
const KNOWN = [...Object.keys(VARIABLES), ...FILE_NAMES]

/** An empty variable counts as not set, because compose files pass them on so. */
export function givenVariables(environment: Environment): Record<string, string> {
  const given: Record<string, string> = {}
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined || value === '' || isServiceLink(name, value)) continue
    given[name] = value
  }
  for (const name of Object.keys(given)) refuseStranger(name)
  for (const name of SECRETS) {
    const path = given[`${name}_FILE`]
    if (path !== undefined) given[name] = secretFrom(name, path, given[name])
  }
  return given
}

function refuseStranger(name: string): void {
  if (KNOWN.includes(name)) return
  const base = name.endsWith('_FILE') ? name.slice(0, -'_FILE'.length) : null
  if (base?.includes('_') && Object.hasOwn(VARIABLES, base)) {
    throw new ConfigError(
      name,
      `${name} is set, but only secrets are read from files`,
      `Set ${base} itself.`,
    )
  }
  const meant = meantName(name, KNOWN)
  if (meant === null) return
  throw new ConfigError(name, `${name} is not a variable of the gateway`, `Did you mean ${meant}?`)
}

function secretFrom(name: string, path: string, direct: string | undefined): string {
  if (direct !== undefined) {
    throw new ConfigError(name, `${name} and ${name}_FILE are both set`, 'Unset one of them.')
  }
  let secret: string
  try {
    secret = readFileSync(path, 'utf8').trim()
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
    throw new ConfigError(
      `${name}_FILE`,
      `${name}_FILE names ${path}, which can't be read (${code})`,
      'Give the path of a file that this user may read.',
    )
  }
  if (secret !== '') return secret
  throw new ConfigError(
    `${name}_FILE`,
    `${name}_FILE names ${path}, which is empty`,
    'Write the secret into it.',
  )
}
