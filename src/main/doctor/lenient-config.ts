/** The usable part of the configuration: malformed variables are reported and left out. */
import { randomBytes } from 'node:crypto'
import type { Environment } from '../../config/environment.ts'
import { type Config, ConfigError, loadConfig } from '../../config.ts'
import type { ConfigurationFault } from '../../doctor/rules/configuration.ts'

export interface LenientConfig {
  config: Config
  faults: readonly ConfigurationFault[]
}

/** More than the number of variables. */
const MAX_FAULTS = 100

export function lenientConfig(environment: Environment): LenientConfig {
  const rest: Record<string, string | undefined> = { ...environment }
  const faults: ConfigurationFault[] = []
  for (let tries = 0; tries < MAX_FAULTS; tries++) {
    try {
      return { config: loadConfig(rest), faults }
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      const { variable, message: problem, remedy } = error
      faults.push({ variable, problem, remedy: remedy.replace(/\.$/, '') })
      leaveOut(rest, variable)
    }
  }
  return { config: loadConfig({}), faults }
}

function leaveOut(rest: Record<string, string | undefined>, variable: string): void {
  const set = [variable, `${variable}_FILE`].filter((name) => rest[name] !== undefined)
  for (const name of set) delete rest[name]
  // A temporary key decrypts nothing, and lets the other checks use the database.
  if (variable === 'ENCRYPTION_KEY') rest[variable] = randomBytes(32).toString('hex')
  else if (set.length === 0) {
    // What is missing is missed by the others of its kind.
    const kind = variable.slice(0, variable.indexOf('_') + 1)
    for (const name of Object.keys(rest)) if (name.startsWith(kind)) delete rest[name]
  }
}
