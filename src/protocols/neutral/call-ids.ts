/** Fits a call's id to a wire that takes fewer characters. The client keeps its own. */

export interface IdRule {
  maxLength: number
  pattern: RegExp
}

/** OpenAI's `call_id` takes any characters, at most 64. */
export const OPENAI_IDS: IdRule = { maxLength: 64, pattern: /^[\s\S]+$/ }
/** Claude, also on Converse. */
export const CLAUDE_IDS: IdRule = { maxLength: 64, pattern: /^[\w-]+$/ }

/** The same id for the same call each time, in call and result alike: a digest of it where it does not fit. */
export function fittedId(id: string, { maxLength, pattern }: IdRule): string {
  if (id.length <= maxLength && pattern.test(id)) return id
  return `call_${digest(id).slice(0, 32)}`
}

/** SHA-256, lower-case hex. */
export function digest(text: string): string {
  return new Bun.CryptoHasher('sha256').update(text).digest('hex')
}
