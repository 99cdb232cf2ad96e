/** Counts tokens if an upstream reported none; the result is always marked estimated. */
export interface Tokenizer {
  /** Tokens in `text` for `model` (unknown models use the newest encoding). */
  count(model: string, text: string): Promise<number>
}
