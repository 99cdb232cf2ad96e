/** Every variable with its value and where that comes from, for people: secrets are masked. */
import type { z } from 'zod'
import { loadConfig } from '../config.ts'
import { type Environment, givenVariables } from './environment.ts'
import { HIDDEN, SECRETS, VARIABLES } from './variables.ts'

export interface Setting {
  name: string
  /** Null if it is not set and has no default. */
  value: string | null
  source: 'environment' | 'file' | 'default'
}

const MASK = '********'

/** Throws ConfigError for the first thing that is wrong. */
export function settingsOf(environment: Environment): Setting[] {
  loadConfig(environment)
  const given = givenVariables(environment)
  const schema: Record<string, z.ZodType> = VARIABLES
  return Object.keys(schema)
    .toSorted()
    .map((name) => {
      const value = given[name]
      if (value === undefined) {
        const fallback = schema[name]?.safeParse(undefined)
        return { name, value: shown(fallback?.data), source: 'default' }
      }
      const source = environment[name] === undefined ? 'file' : 'environment'
      return { name, value: isSecret(name) ? MASK : withoutPassword(value), source }
    })
}

function isSecret(name: string): boolean {
  return [...HIDDEN, ...SECRETS].includes(name) && !/_URL$/.test(name)
}

/** An address says where, which helps; its password does not. */
function withoutPassword(value: string): string {
  return value
    .replace(/(:\/\/[^/:@\s]*):\S*@/, `$1:${MASK}@`)
    .replace(/([?&]password=)[^&\s]*/i, `$1${MASK}`)
}

function shown(value: unknown): string | null {
  if (value === undefined || value === null) return null
  if (Array.isArray(value)) return value.length === 0 ? null : value.join(',')
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
