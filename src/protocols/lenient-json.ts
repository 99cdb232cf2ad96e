/**
 * JSON as some servers write it: with Python's `NaN` and `Infinity` (logprobs of vLLM), a byte order mark, or bare
 * control characters inside texts, which become blanks. For reading only; what is passed on stays as it came.
 */

/** Throws SyntaxError for what is no JSON either way. */
export function parseLeniently(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (!/^[\s\uFEFF]*[[{]/.test(text)) throw error
    return JSON.parse(text.replace(NO_CHARACTERS, ' ').replace(NO_NUMBERS, '$1null'))
  }
}

const NO_CHARACTERS = /[\u0000-\u001F\uFEFF]/g
const NO_NUMBERS = /([[,:]\s*)-?(?:NaN|Infinity)(?=\s*[\],}])/g
