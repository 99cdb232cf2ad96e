/** The usable part of the configuration: malformed variables are reported and left out. */
import { randomBytes } from 'node:crypto'
import { wording } from '../../cli/texts/error-texts.ts'
import type { Environment } from '../../config/environment.ts'
import { type Config, ConfigError, loadConfig } from '../../config.ts'
import type { ConfigurationFault } from '../../doctor/rules/configuration.ts'
import type { Language } from '../../doctor/text.ts'

export interface LenientConfig {
  config: Config
  faults: readonly ConfigurationFault[]
}

/** More than the number of variables. */
const MAX_FAULTS = 100

/** The faults are worded in `language`. */
export function lenientConfig(environment: Environment, language: Language): LenientConfig {
  const rest: Record<string, string | undefined> = { ...environment }
  const faults: ConfigurationFault[] = []
  for (let tries = 0; tries < MAX_FAULTS; tries++) {
    try {
      return { config: loadConfig(rest), faults }
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      const { message: problem, remedy } = wording(error, language)
      faults.push({ variable: error.variable, problem, remedy: remedy.replace(/[.。]$/, '') })
      leaveOut(rest, error.variable)
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
