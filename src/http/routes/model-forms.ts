/** A list of models, and one of them, in the form of the client's vendor. */
import type { HeaderSource } from '../../core/headers.ts'
import type { ModelEntry } from '../../protocols/protocol.ts'
import type { ModelList } from '../../upstreams/known-lists.ts'

/** Anthropic's clients name the version of their API with each request. */
export function wantsAnthropic(headers: HeaderSource): boolean {
  return headers.get('anthropic-version') !== null
}

export function listFor(headers: HeaderSource, list: ModelList): object {
  if (!wantsAnthropic(headers)) return list
  const data = list.data.map(anthropicEntry)
  const ids = data.map(({ id }) => id)
  return { data, has_more: false, first_id: ids[0] ?? null, last_id: ids.at(-1) ?? null }
}

export function entryFor(headers: HeaderSource, entry: ModelEntry): object {
  return wantsAnthropic(headers) ? anthropicEntry(entry) : entry
}

function anthropicEntry({ id, display_name: name, created }: ModelEntry) {
  return {
    type: 'model',
    id,
    display_name: typeof name === 'string' ? name : id,
    created_at: new Date(typeof created === 'number' ? created * 1000 : 0).toISOString(),
  }
}
const GEMINI_METHODS = ['generateContent', 'streamGenerateContent', 'countTokens']

/** As Google's clients know a model. */
export function geminiEntry({ id, display_name: name, context_window: window }: ModelEntry) {
  return {
    name: `models/${id}`,
    displayName: typeof name === 'string' ? name : id,
    supportedGenerationMethods: GEMINI_METHODS,
    ...(typeof window === 'number' && { inputTokenLimit: window }),
  }
}
