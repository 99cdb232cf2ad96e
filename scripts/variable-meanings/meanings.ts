/** What each variable is for: the tables of docs/configuration.md are made of this. */
import { PROVIDER_PRESETS, type PresetVariable } from '../../src/core/providers/presets.ts'
import { GATEWAY } from './gateway.ts'
import { LIMITS } from './limits.ts'
import type { Meaning, Variable } from './meaning.ts'
import { OPERATION } from './operation.ts'
import { PROVIDER_KEYS } from './provider-keys.ts'

const PRESET_MEANINGS = Object.fromEntries(
  Object.values(PROVIDER_PRESETS).flatMap(({ title, variable }) =>
    variable === null
      ? []
      : [
          [
            variable,
            { en: `a key of ${title} to import at the start`, zh: `启动时导入的 ${title} 密钥` },
          ],
        ],
  ),
) as Readonly<Record<PresetVariable, Meaning>>

export const MEANINGS: Readonly<Record<Variable, Meaning>> = {
  ...GATEWAY,
  ...PROVIDER_KEYS,
  ...PRESET_MEANINGS,
  ...LIMITS,
  ...OPERATION,
}
