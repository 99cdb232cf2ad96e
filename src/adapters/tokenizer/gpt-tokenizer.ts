/** Token counts by OpenAI's own encodings. Loaded at the first need: the tables are large. */
import type { Tokenizer } from '../../ports/tokenizer.ts'

/** Counting is linear but not free; past this length the rest is estimated at the same rate. */
const MOST_COUNTED_CHARACTERS = 200_000

type Count = (text: string) => number

/** Models before GPT-4o used cl100k_base; all newer ones, and unknown ones, are counted with o200k_base. */
const CL100K_MODELS = /^(gpt-4(?!o|\.)|gpt-3\.5|text-embedding-)/

export function createTokenizer(): Tokenizer {
  let newest: Promise<Count> | null = null
  let older: Promise<Count> | null = null
  const encodingFor = (model: string): Promise<Count> => {
    if (CL100K_MODELS.test(model)) {
      older ??= import('gpt-tokenizer/encoding/cl100k_base').then(
        ({ countTokens }) =>
          (text) =>
            countTokens(text),
      )
      return older
    }
    newest ??= import('gpt-tokenizer/encoding/o200k_base').then(
      ({ countTokens }) =>
        (text) =>
          countTokens(text),
    )
    return newest
  }
  return {
    async count(model, text) {
      if (text === '') return 0
      const count = await encodingFor(model)
      if (text.length <= MOST_COUNTED_CHARACTERS) return count(text)
      const counted = count(text.slice(0, MOST_COUNTED_CHARACTERS))
      return Math.round((counted / MOST_COUNTED_CHARACTERS) * text.length)
    },
  }
}
