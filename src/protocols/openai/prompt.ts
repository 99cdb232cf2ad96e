/** Finds in a request what its model reads and its upstream bills: texts, token numbers, media. */
import type { AddText, Found, ModelRequest } from '../protocol.ts'

/** What is in these is read: their texts, and media by their usual size. */
const CONTENTS = ['messages', 'prompt', 'suffix', 'input', 'prediction'] as const
/** The model is shown these as they stand, with the names of their members. */
const SHOWN_WHOLE = ['tools', 'functions', 'response_format'] as const
export const READ_BY_MODEL: readonly string[] = [...CONTENTS, ...SHOWN_WHOLE]

/** An image of 1024 × 1024 in full detail; its base64 read as text would count a thousand times that. */
const MEDIA_TOKENS = 765
/** The parts of a message that carry media or a link to it, as OpenAI, vLLM, Qwen and others name them. */
const MEDIA_PARTS = /^(?:input_)?(?:image|audio|video|file|document|media)(?:_url|_file)?$/
const DATA_URL = /^data:[^,]{0,200};base64,/

export function findPrompt<F extends Found>(
  { body }: ModelRequest,
  found: F,
  add: AddText<F>,
): void {
  for (const member of CONTENTS) findContent(body[member], found, add)
  for (const member of SHOWN_WHOLE) findShown(body[member], found, add)
}

function findContent<F extends Found>(value: unknown, found: F, add: AddText<F>): void {
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

function findShown<F extends Found>(value: unknown, found: F, add: AddText<F>): void {
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
