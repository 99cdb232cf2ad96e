/** Finds the texts in a part of a request, whatever its protocol; media count by their usual size. */
import type { AddText, Found } from './protocol.ts'

/** An image of 1024 × 1024 in full detail; its base64 read as text would count a thousand times that. */
const MEDIA_TOKENS = 765
/** The parts of a message that carry media or a link to it, as OpenAI, vLLM, Qwen and others name them. */
const MEDIA_PARTS = /^(?:input_)?(?:image|audio|video|file|document|media)(?:_url|_file)?$/
const DATA_URL = /^data:[^,]{0,200};base64,/

/** Content: its texts are read by the model, its names are not. */
export function findContent<F extends Found>(value: unknown, found: F, add: AddText<F>): void {
  if (typeof value === 'string') {
    if (value.startsWith('data:') && DATA_URL.test(value)) found.tokens += MEDIA_TOKENS
    else add(value, found)
  } else if (Array.isArray(value)) {
    // `input` and `prompt` may be given as token numbers.
    if (typeof value[0] === 'number') found.tokens += value.length
    else for (const item of value) findContent(item, found, add)
  } else if (typeof value === 'object' && value !== null) {
    const fields = value as Record<string, unknown>
    if (typeof fields.type === 'string' && MEDIA_PARTS.test(fields.type))
      found.tokens += MEDIA_TOKENS
    else for (const name in fields) findContent(fields[name], found, add)
  }
}

/** Shown to the model unchanged, with the names of its members. */
export function findShown<F extends Found>(value: unknown, found: F, add: AddText<F>): void {
  if (typeof value === 'string') add(value, found)
  else if (typeof value === 'number') found.tokens++
  else if (Array.isArray(value)) for (const item of value) findShown(item, found, add)
  else if (typeof value === 'object' && value !== null) {
    const fields = value as Record<string, unknown>
    for (const name in fields) {
      add(name, found)
      findShown(fields[name], found, add)
    }
  }
}
