/** Token counts by OpenAI's own encodings, each loaded at its first need: the tables are large. */

/** An encoding's time grows faster than a text without spaces does, so texts are counted in pieces. */
const PIECE_CHARACTERS = 500
/** Of a longer text, pieces spread over it are counted and the rest is taken to be like them. */
const MAX_PIECES = 64

/** Models before GPT-4o used cl100k_base; all newer ones, and unknown ones, are counted with o200k_base. */
const CL100K_MODELS = /^(gpt-4(?!o|\.)|gpt-3\.5|text-embedding-)/

/** `<|endoftext|>` and its like in a prompt are text as any other; the default is to throw. */
const AS_TEXT = { disallowedSpecial: new Set<string>() }

export async function countTokens(model: string, text: string): Promise<number> {
  const encoding = CL100K_MODELS.test(model)
    ? await import('gpt-tokenizer/encoding/cl100k_base')
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
