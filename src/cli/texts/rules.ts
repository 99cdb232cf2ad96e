/** Translation by rules: a text's English pattern, and its Chinese with what the pattern took. */

export type Rule = readonly [english: RegExp, chinese: string]

/** The text itself where no rule fits. */
export function byRule(rules: readonly Rule[], text: string): string {
  const rule = rules.find(([english]) => english.test(text))
  return rule === undefined ? text : text.replace(...rule)
}
