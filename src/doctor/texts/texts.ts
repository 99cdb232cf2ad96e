/** All texts of the doctor in every language; a missing key is a compile error. */
import type { Language, Text } from '../text.ts'
import { EN_ENCRYPTION } from './en-encryption.ts'
import { EN_STATE } from './en-state.ts'
import { EN_TRAFFIC } from './en-traffic.ts'
import { ZH_ENCRYPTION } from './zh-encryption.ts'
import { ZH_STATE } from './zh-state.ts'
import { ZH_TRAFFIC } from './zh-traffic.ts'

const EN = { ...EN_STATE, ...EN_ENCRYPTION, ...EN_TRAFFIC }
export type TextKey = keyof typeof EN
export const TEXTS: Readonly<Record<Language, Readonly<Record<TextKey, Text>>>> = {
  en: EN,
  zh: { ...ZH_STATE, ...ZH_ENCRYPTION, ...ZH_TRAFFIC },
}
