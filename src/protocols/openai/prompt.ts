/** Finds in a request what its model reads and its upstream bills: texts, token numbers, media. */
import { findContent, findShown } from '../prompt-texts.ts'
import type { AddText, Found, ModelRequest } from '../protocol.ts'

/** What is in these is read: their texts, and media by their usual size. */
const CONTENTS = ['messages', 'prompt', 'suffix', 'input', 'prediction'] as const
/** The model is shown these as they stand, with the names of their members. */
const SHOWN_WHOLE = ['tools', 'functions', 'response_format'] as const
export const READ_BY_MODEL: readonly string[] = [...CONTENTS, ...SHOWN_WHOLE]

export function findPrompt<F extends Found>(
  { body }: ModelRequest,
  found: F,
  add: AddText<F>,
): void {
  for (const member of CONTENTS) findContent(body[member], found, add)
  for (const member of SHOWN_WHOLE) findShown(body[member], found, add)
}
