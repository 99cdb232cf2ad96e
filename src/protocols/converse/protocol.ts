/** Bedrock Converse: upstreams speak it, no client does. */
import { isObject } from '../neutral/fields.ts'
import { openai } from '../openai/protocol.ts'
import type { ModelEntry, Protocol } from '../protocol.ts'
import { reportedError } from '../reported-error.ts'
import { converseWire } from './format.ts'

/** Towards clients it has OpenAI's form, which nothing asks for. */
export const converse: Protocol = {
  ...openai,
  name: 'converse',
  // Usage is the last event of each stream.
  asksForUsage: () => true,
  readRequest() {
    throw new Error('no client speaks Converse')
  },
  writeRequest() {
    throw new Error('a request to Converse is always a translation')
  },
  readError: (value) =>
    isObject(value) && (typeof value.message === 'string' || typeof value.Message === 'string')
      ? reportedError(converseWire.readError(0, value))
      : null,
  readModelList,
}

/** Of Bedrock's control plane. */
function readModelList(value: unknown): ModelEntry[] | null {
  if (!isObject(value) || !Array.isArray(value.modelSummaries)) return null
  return value.modelSummaries.flatMap((entry) => {
    if (!isObject(entry) || typeof entry.modelId !== 'string') return []
    const { modelId: id, providerName } = entry
    return [{ id, object: 'model', owned_by: String(providerName ?? 'amazon').toLowerCase() }]
  })
}
