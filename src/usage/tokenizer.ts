/** Counts tokens where an upstream reported none; the result is always marked estimated. */
export interface Tokenizer {
  /** Tokens in `text` for `model` (an unknown model is counted with the newest encoding). */
  count(model: string, text: string): Promise<number>
}
