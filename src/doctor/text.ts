/** The text of a finding for people, with value names in braces. */
export type Text = readonly [seen: string, cause?: string, fix?: string]

export const LANGUAGES = ['en', 'zh'] as const
export type Language = (typeof LANGUAGES)[number]

/** With the shell's precedence: LC_ALL, then LC_MESSAGES, then LANG. */
export function languageFrom(...named: readonly (string | undefined)[]): Language {
  const first = named.find((name) => name !== undefined && name !== '')
  return first?.toLowerCase().startsWith('zh') ? 'zh' : 'en'
}
