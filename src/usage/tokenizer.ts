/** Counts tokens if an upstream reported none; the result is always marked estimated. */
export interface Tokenizer {
  /** Tokens in `text` for `model` (unknown models use the newest encoding). */
  count(model: string, text: string): Promise<number>
  /** The text of `tokens` in cl100k_base, the encoding of OpenAI's embedding models; null if a number is not a token. */
  decode(tokens: readonly number[]): Promise<string | null>
}
