/** The thread that counts tokens; a separate entry point, also in the executable. */
import { countTokens } from './count-tokens.ts'

export interface Question {
  id: number
  model: string
  text: string
}

export interface Counted {
  id: number
  /** Null if it could not be counted. */
  tokens: number | null
}

declare const self: Worker

self.onmessage = async ({ data }: MessageEvent<Question>) => {
  const { id, model, text } = data
  const tokens = await countTokens(model, text).catch(() => null)
  const counted: Counted = { id, tokens }
  self.postMessage(counted)
}
