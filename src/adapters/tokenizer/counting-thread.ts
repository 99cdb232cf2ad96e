/** The thread that counts and decodes tokens; a separate entry point, also in the executable. */
import { countTokens, decodeTokens } from './count-tokens.ts'

export type Work = { model: string; text: string } | { tokens: readonly number[] }

export interface Question {
  id: number
  work: Work
}

export interface Solved {
  id: number
  /** How many tokens a text has, undefined if they could not be counted; or the text of tokens, null if they are none. */
  result: number | string | null | undefined
}

declare const self: Worker

self.onmessage = async ({ data: { id, work } }: MessageEvent<Question>) => {
  const result =
    'tokens' in work
      ? await decodeTokens(work.tokens).catch(() => null)
      : await countTokens(work.model, work.text).catch(() => undefined)
  const solved: Solved = { id, result }
  self.postMessage(solved)
}
