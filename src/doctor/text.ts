/** What a person reads of a finding, with the names of figures in braces. */
export type Text = readonly [seen: string, cause?: string, fix?: string]

export const LANGUAGES = ['en', 'zh'] as const
export type Language = (typeof LANGUAGES)[number]

/** As the shell says it: LC_ALL before LC_MESSAGES before LANG. */
export function languageOf(...named: readonly (string | undefined)[]): Language {
  const first = named.find((name) => name !== undefined && name !== '')
  return first?.toLowerCase().startsWith('zh') ? 'zh' : 'en'
}
