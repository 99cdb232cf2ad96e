/** A list of models, and one of them, in the form of the client's vendor. */
import type { HeaderSource } from '../../core/headers.ts'
import type { ModelEntry } from '../../protocols/protocol.ts'
import type { ModelList } from '../../upstreams/known-lists.ts'
import { anthropicPage, geminiPage } from './model-pages.ts'

/** Anthropic's clients name the version of their API with each request. */
export function wantsAnthropic(headers: HeaderSource): boolean {
  return headers.get('anthropic-version') !== null
}

export function listFor(headers: HeaderSource, list: ModelList, query: URLSearchParams): object {
  if (!wantsAnthropic(headers)) return list
  const { data: page, more } = anthropicPage(list.data, query)
  const data = page.map(anthropicEntry)
  const ids = data.map(({ id }) => id)
  return { data, has_more: more, first_id: ids[0] ?? null, last_id: ids.at(-1) ?? null }
}

export function geminiList({ data }: ModelList, query: URLSearchParams): object {
  const { data: page, next } = geminiPage(data, query)
  return { models: page.map(geminiEntry), ...(next !== null && { nextPageToken: next }) }
}

export function entryFor(headers: HeaderSource, entry: ModelEntry): object {
  return wantsAnthropic(headers) ? anthropicEntry(entry) : entry
}

function anthropicEntry({ id, display_name: name, created, ...more }: ModelEntry) {
  return {
    type: 'model',
    id,
    display_name: typeof name === 'string' ? name : id,
    created_at: new Date(typeof created === 'number' ? created * 1000 : 0).toISOString(),
    max_input_tokens: numberOr(more.context_window, null),
    max_tokens: numberOr(more.max_output_tokens, null),
    ...furtherOf(more),
  }
}

/** These have no words in Anthropic's form, whose clients take fields that they do not know. */
const FURTHER = ['owned_by', 'input_modalities', 'output_modalities', 'pricing'] as const

function furtherOf(more: Partial<ModelEntry>): object {
  const known = FURTHER.filter((name) => more[name] !== undefined)
  return Object.fromEntries(known.map((name) => [name, more[name]]))
}

function numberOr<Other>(value: unknown, other: Other): number | Other {
  return typeof value === 'number' ? value : other
}

const GEMINI_METHODS = ['generateContent', 'streamGenerateContent', 'countTokens']
const EMBEDDING_METHODS = ['embedContent']

/** As Google's clients know a model. */
export function geminiEntry({ id, display_name: name, ...more }: ModelEntry) {
  const { context_window: window, max_output_tokens: output } = more
  return {
    name: `models/${id}`,
    displayName: typeof name === 'string' ? name : id,
    supportedGenerationMethods: /embed/i.test(id) ? EMBEDDING_METHODS : GEMINI_METHODS,
    ...(typeof window === 'number' && { inputTokenLimit: window }),
    ...(typeof output === 'number' && { outputTokenLimit: output }),
  }
}
