/** Every variable as the console shows it: its value with secrets masked, and where it comes from. */

import type { Environment } from '../../config/environment.ts'
import { settingsOf } from '../../config/settings.ts'
import { HIDDEN } from '../../config/variables.ts'
import { VARIABLES } from '../../config.ts'
import type { VariableSetting } from '../../http/routes/admin/frame/parts.ts'

export function variableSettings(environment: Environment): VariableSetting[] {
  const schemas: Record<string, (typeof VARIABLES)[keyof typeof VARIABLES]> = VARIABLES
  return settingsOf(environment).map(({ name, value, source }) => ({
    name,
    value,
    source,
    from: source === 'file' ? `${name}_FILE` : source === 'environment' ? name : null,
    secret: HIDDEN.includes(name),
    default: defaultOf(schemas[name]),
  }))
}

/** Null if it has none. */
function defaultOf(schema: (typeof VARIABLES)[keyof typeof VARIABLES] | undefined): string | null {
  const read = schema?.safeParse(undefined)
  if (!read?.success || read.data === undefined || read.data === null) return null
  return typeof read.data === 'string' ? read.data : JSON.stringify(read.data)
}
