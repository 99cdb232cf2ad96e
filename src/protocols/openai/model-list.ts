/** The models of an upstream, in all the forms in which they are listed. */
import type { ModelEntry } from '../protocol.ts'

/**
 * OpenAI's `{data}`, Together's bare list, Ollama's and llama.cpp's `{models}`, Azure's deployments; of names
 * alone as well. Null if it is no list.
 */
export function readModelList(value: unknown): ModelEntry[] | null {
  const list = listIn(value)
  return list === null ? null : list.map(entryOf).filter((entry) => entry !== null)
}

function listIn(value: unknown): readonly unknown[] | null {
  if (Array.isArray(value)) return value
  if (typeof value !== 'object' || value === null) return null
  const { data, models, value: values, result } = value as Record<string, unknown>
  for (const list of [data, models, values, result]) {
    if (Array.isArray(list)) return list
    if (typeof list === 'object' && list !== null) return listIn(list)
  }
  return null
}

/** Google's and Azure's names carry a prefix that no request takes. */
function entryOf(value: unknown): ModelEntry | null {
  if (typeof value === 'string') return value === '' ? null : { id: value, object: 'model' }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  const fields = value as Record<string, unknown>
  const id = [fields.id, fields.name, fields.model].find((name) => typeof name === 'string')
  if (typeof id !== 'string' || id === '') return null
  return { ...fields, id: fields.id === undefined ? id.replace(/^models\//, '') : id }
}

/** A model that is known by its name alone. */
export function modelEntry(id: string, owner: string): ModelEntry {
  return { id, object: 'model', created: 0, owned_by: owner }
}
