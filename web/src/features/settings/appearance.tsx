/** Language and appearance of the console, in this browser. */
import { useLingui } from '@lingui/react/macro'
import { chooseLanguage, LANGUAGES } from '@/lib/i18n.ts'
import { chooseTheme, type ThemeChoice, useThemeChoice } from '@/lib/theme.ts'
import { Facts } from '@/ui/page.tsx'
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
    <Facts
      items={[
        [
          t`Language`,
          <Segmented
            key="language"
            label={t`Language`}
            value={i18n.locale as Language}
            options={Object.entries(LANGUAGES) as [Language, string][]}
            onChange={(language) => void chooseLanguage(language)}
          />,
        ],
        [
          t`Appearance`,
          <Segmented
            key="theme"
            label={t`Appearance`}
            value={theme}
            options={themes}
            onChange={chooseTheme}
          />,
        ],
      ]}
    />
  )
}
