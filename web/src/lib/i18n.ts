/** The console's language: English or Chinese, each catalogue a file of its own that is loaded when it is needed. */
import { i18n } from '@lingui/core'
import { type Language, setFormat } from './format.ts'
import { writeStored } from './storage.ts'

export const LANGUAGES: Record<Language, string> = { en: 'English', zh: '中文' }

const catalogues = {
  en: () => import('virtual:messages/en'),
  zh: () => import('virtual:messages/zh'),
}

/** What theme.js has chosen from the stored setting or the browser's language. */
export function initialLanguage(): Language {
  return document.documentElement.lang.startsWith('zh') ? 'zh' : 'en'
}

export async function activateLanguage(language: Language): Promise<void> {
  const { messages } = await catalogues[language]()
  setFormat({ language })
  i18n.loadAndActivate({ locale: language, messages })
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en'
}

export async function chooseLanguage(language: Language): Promise<void> {
  writeStored('language', language)
  await activateLanguage(language)
}
