/** Language and appearance of the console, in this browser. */
import { useLingui } from '@lingui/react/macro'
import type { ReactNode } from 'react'
import { chooseLanguage, LANGUAGES } from '@/lib/i18n.ts'
import { chooseTheme, type ThemeChoice, useThemeChoice } from '@/lib/theme.ts'
import { Segmented } from '@/ui/segmented.tsx'

type Language = keyof typeof LANGUAGES

export function Appearance() {
  const { t, i18n } = useLingui()
  const theme = useThemeChoice()
  const themes: readonly (readonly [ThemeChoice, string])[] = [
    ['system', t`Match the system`],
    ['light', t`Light`],
    ['dark', t`Dark`],
  ]
  return (
    <div className="flex flex-wrap gap-x-10 gap-y-4">
      <Choice name={t`Language`}>
        <Segmented
          label={t`Language`}
          value={i18n.locale as Language}
          options={Object.entries(LANGUAGES) as [Language, string][]}
          onChange={(language) => void chooseLanguage(language)}
        />
      </Choice>
      <Choice name={t`Appearance`}>
        <Segmented label={t`Appearance`} value={theme} options={themes} onChange={chooseTheme} />
      </Choice>
    </div>
  )
}

function Choice({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex flex-col items-start gap-1">
      <span aria-hidden="true" className="font-medium">
        {name}
      </span>
      <div>{children}</div>
    </div>
  )
}
