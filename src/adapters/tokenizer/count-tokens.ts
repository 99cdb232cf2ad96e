/** Token counts and texts with OpenAI's encodings, each loaded on first use because the tables are large. */

/** Encoding time grows faster than linearly for text without spaces, so texts are counted in pieces. */
const PIECE_CHARACTERS = 500
/** For longer texts, evenly spread pieces are counted and extrapolated. */
const MAX_PIECES = 64

/** Models before GPT-4o use cl100k_base; newer and unknown ones are counted with o200k_base. */
const CL100K_MODELS = /^(gpt-4(?!o|\.)|gpt-3\.5|text-embedding-)/

/** Special tokens such as `<|endoftext|>` in a prompt count as plain text; by default the encoder throws. */
const AS_TEXT = { disallowedSpecial: new Set<string>() }

export async function countTokens(model: string, text: string): Promise<number> {
  const encoding = CL100K_MODELS.test(model)
    ? await cl100k()
    : await import('gpt-tokenizer/encoding/o200k_base')
  const pieces = Math.ceil(text.length / PIECE_CHARACTERS)
  const step = Math.max(1, pieces / MAX_PIECES)
  let tokens = 0
  let characters = 0
  for (let piece = 0; piece < pieces; piece += step) {
    const from = Math.floor(piece) * PIECE_CHARACTERS
    const part = text.slice(from, from + PIECE_CHARACTERS)
    tokens += encoding.countTokens(part, AS_TEXT)
    characters += part.length
  }
  return Math.round((tokens / characters) * text.length)
}

/** The text of tokens of OpenAI's embedding models. */
export async function decodeTokens(tokens: readonly number[]): Promise<string> {
  return (await cl100k()).decode(tokens)
}

function cl100k() {
  return import('gpt-tokenizer/encoding/cl100k_base')
}
