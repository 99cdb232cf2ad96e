/** What must not appear in the doctor's output, whatever its source. */
import { readFileSync } from 'node:fs'
import type { Environment } from '../../config/environment.ts'
import { SECRETS } from '../../config/variables.ts'
import { secretForms } from '../../core/redact.ts'

/** Shorter values are indistinguishable from ordinary words. */
const SHORTEST = 6
const NO_SECRETS = ['gpt_proxy', 'postgres', 'redis', 'localhost']

export function formsToHide(environment: Environment, more: readonly string[]): string[] {
  const given = SECRETS.flatMap((name) => {
    const text = secretText(environment, name)
    return text === null ? [] : secretsIn(name, text)
  })
  const hidden = [...given, ...more].filter(
    (secret) => secret.length >= SHORTEST && !NO_SECRETS.includes(secret),
  )
  return [...new Set(hidden)].flatMap(secretForms)
}

/** The value in the environment or its file, trimmed; null if it is not set. */
export function secretText(environment: Environment, name: string): string | null {
  const direct = environment[name]
  if (direct !== undefined && direct !== '') return direct
  const path = environment[`${name}_FILE`]
  if (path === undefined || path === '') return null
  try {
    return readFileSync(path, 'utf8').trim() || null
  } catch {
    return null
  }
}

/** For an address, only its password. */
function secretsIn(name: string, text: string): string[] {
  if (!name.endsWith('_URL')) return [text, ...text.split(/[,\s]+/)]
  const raw = /:\/\/[^:/]*:(.*)@/.exec(text)?.[1]
  if (raw === undefined) return []
  try {
    return [raw, decodeURIComponent(raw)]
  } catch {
    return [raw]
  }
}
