/** Every variable as the console shows it: its value with secrets masked, and where it comes from. */

import { HIDDEN } from '../../config/variables.ts'
import { VARIABLES } from '../../config.ts'
import { redact } from '../../core/redact.ts'
import type { VariableSetting } from '../../http/routes/admin/frame/parts.ts'

type Environment = Readonly<Record<string, string | undefined>>

const MASK = '••••••••'

export function variableSettings(environment: Environment): VariableSetting[] {
  return Object.entries(VARIABLES).map(([name, schema]) => {
    const isSecret = HIDDEN.includes(name)
    const file = environment[`${name}_FILE`]
    const given = environment[name]
    const byDefault = defaultOf(schema)
    const source = file ? 'file' : given ? 'environment' : 'default'
    const value = source === 'default' ? byDefault : isSecret ? MASK : redact(given ?? '', [])
    return {
      name,
      value: source === 'file' && !isSecret ? `(in ${file})` : value,
      source,
      from: source === 'file' ? `${name}_FILE` : source === 'environment' ? name : null,
      secret: isSecret,
      default: byDefault,
    }
  })
}

/** null if it has none. */
function defaultOf(schema: { safeParse(value: unknown): { success: boolean; data?: unknown } }) {
  const { success, data } = schema.safeParse(undefined)
  if (!success || data === undefined) return null
  return typeof data === 'string' ? data : JSON.stringify(data)
}
