/** Gemini's API. Its model, and whether it streams, are in the path: the route puts them in front of the body. */
import { NO_USAGE } from '../../core/token-usage.ts'
import { isObject, parseJson, refuse, tokensOf } from '../neutral/fields.ts'
import { findContent, findShown } from '../prompt-texts.ts'
import type { ModelEntry, Protocol } from '../protocol.ts'
import { assertModelName, readBody } from '../request-body.ts'
import { neutralOf, passing } from '../translation/same-format.ts'
import { writeError } from './errors.ts'
import { geminiDialect, geminiWire } from './format.ts'
import { camelCased } from './json/json-names.ts'

const DECISIVE = new Set(['model', 'stream', 'contents', 'generationConfig', 'generation_config'])

const same = passing(geminiDialect, geminiWire, (body) => isObject(body.error))

/** What the route writes; the rest of the body is the client's own. */
const FROM_PATH = /^\{"model":"(?:[^"\\]|\\.)*","stream":(?:true|false)(,?)/

export function withPath(text: string, model: string, stream: boolean): string {
  const body = text.trimStart()
  if (!body.startsWith('{')) return text
  const rest = body.slice(1)
  const comma = rest.trimStart().startsWith('}') ? '' : ','
  return `{"model":${JSON.stringify(model)},"stream":${stream}${comma}${rest}`
}

export const gemini: Protocol = {
  ...same,
  name: 'gemini',
  // Google's libraries parse every line of a stream as a response.
  refusesComments: true,
  readRequest(endpoint, text) {
    const { model, stream, ...body } = readBody(text, DECISIVE)
    if (typeof model !== 'string' || model === '') throw refuse('model', 'is missing in the path')
    assertModelName(model)
    return {
      protocol: 'gemini',
      endpoint,
      method: 'POST',
      model,
      stream: stream === true,
      text,
      body,
    }
  },
  readReply(text) {
    const read = same.readReply(text)
    // A count of tokens and an embedding report no usage.
    return read.kind === 'answer' && read.usage === null && isCount(parseJson(text))
      ? { ...read, usage: NO_USAGE }
      : read
  },
  findPrompt({ body }, found, add) {
    const fields = camelCased(body)
    for (const name of ['systemInstruction', 'contents', 'content', 'requests'])
      findContent(fields[name], found, add)
    findShown(fields.tools, found, add)
  },
  maxOutputTokens({ body }) {
    const { generationConfig: config } = camelCased(body)
    return isObject(config) ? tokensOf(config.maxOutputTokens) : 0
  },
  // Usage is part of each event.
  asksForUsage: () => true,
  writeErrorEvent: (error, requestId) =>
    `data: ${JSON.stringify(writeError(neutralOf(error), requestId))}\n\n`,
  forwardedHeaders: [],
  errorStatus: (status) => status,
  writeRequest: ({ text }) => text?.replace(FROM_PATH, '{') ?? null,
  readModelList,
}

function isCount(value: unknown): boolean {
  return isObject(value) && typeof value.totalTokens === 'number'
}

/** AI Studio's `models`, and Vertex AI's `publisherModels`; a name's last part is the model's. */
function readModelList(value: unknown): ModelEntry[] | null {
  if (!isObject(value)) return null
  const list = value.models ?? value.publisherModels
  if (!Array.isArray(list)) return null
  return list.flatMap((entry) => {
    if (!isObject(entry) || typeof entry.name !== 'string') return []
    const id = entry.name.slice(entry.name.lastIndexOf('/') + 1)
    const { inputTokenLimit: window, outputTokenLimit: output, displayName: name } = entry
    return [
      {
        id,
        object: 'model',
        owned_by: 'google',
        ...(typeof name === 'string' && { display_name: name }),
        ...(typeof window === 'number' && { context_window: window }),
        ...(typeof output === 'number' && { max_output_tokens: output }),
      },
    ]
  })
}
