/** The other language, in its own words. */
import { useLingui } from '@lingui/react/macro'
import { chooseLanguage, LANGUAGES } from '@/lib/i18n.ts'
import { Button } from './button.tsx'
import { LanguagesIcon } from './icons.ts'

export function LanguageSwitch() {
  const { i18n } = useLingui()
  const other = i18n.locale === 'zh' ? 'en' : 'zh'
  return (
    <Button variant="ghost" size="small" lang={other} onClick={() => void chooseLanguage(other)}>
      <LanguagesIcon className="size-3.5" /> {LANGUAGES[other]}
    </Button>
  )
}
