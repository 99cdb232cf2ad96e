/** Names of Gemini's resources, `files/abc`: the objects in a reply, and those that a request names. */
import type { Reference } from './objects.ts'

type Fields = Readonly<Record<string, unknown>>

export const TUNED_MODEL = 'tuned_model'

/** The collection that a kind of object is in. */
const COLLECTIONS: Readonly<Record<string, string>> = {
  gemini_file: 'files',
  gemini_batch: 'batches',
  cached_content: 'cachedContents',
  file_search_store: 'fileSearchStores',
  [TUNED_MODEL]: 'tunedModels',
  gemini_operation: 'operations',
  gemini_interaction: 'interactions',
  gemini_agent: 'agents',
  gemini_credential: 'credentials',
  gemini_environment: 'environments',
  gemini_trigger: 'triggers',
  gemini_voice: 'voices',
}

/** The field of a list's page that has its items. */
export function listFieldOf(kind: string): string {
  // Batches are listed as the operations that they are.
  return kind === 'gemini_batch' ? 'operations' : (COLLECTIONS[kind] ?? 'data')
}

/** The id in `files/abc`, `files/abc:download` or an address that ends so; null if it is of no such kind. */
export function geminiId(kind: string, name: unknown): string | null {
  const collection = COLLECTIONS[kind]
  if (typeof name !== 'string' || collection === undefined) return null
  return new RegExp(`(?:^|/)${collection}/([\\w.-]+)`).exec(name)?.[1] ?? null
}

/** Google's newer resources have an `id` and fields with underscores; the older ones have names like `files/abc`. */
export function hasIdOfItsOwn(kind: string): boolean {
  return NEWER.has(kind)
}
const NEWER: ReadonlySet<string> = new Set([
  'gemini_interaction',
  'gemini_agent',
  'gemini_credential',
  'gemini_environment',
  'gemini_trigger',
  'gemini_voice',
])

/** Whether replies about such objects are read here. */
export function isGeminiKind(kind: string): boolean {
  return kind in COLLECTIONS
}

/** The object that a reply describes, and the files that the vendor made with it. */
export function madeByGemini(kind: string, reply: Fields): { kind: string; id: string }[] {
  const { name, id, file } = reply
  const own = NEWER.has(kind)
    ? (id ?? geminiId(kind, name))
    : (geminiId(kind, fieldsOf(file).name) ?? geminiId(kind, name))
  const made = typeof own === 'string' && own !== '' ? [{ kind, id: own }] : []
  const files = filesIn(reply).map((each) => geminiId('gemini_file', each))
  return [
    ...made,
    ...files.filter((each) => each !== null).map((each) => ({ kind: 'gemini_file', id: each })),
  ]
}

/** The results of a batch, and videos. */
function filesIn({ response, metadata }: Fields): unknown[] {
  const answer = fieldsOf(response)
  const samples = fieldsOf(answer.generateVideoResponse).generatedSamples
  const videos = Array.isArray(samples)
    ? samples.map((each) => fieldsOf(fieldsOf(each).video).uri)
    : []
  return [answer.responsesFile, resultsOf(metadata).responsesFile, ...videos]
}

/** What came out of a batch: a file, or the answers themselves. */
export function resultsOf(metadata: unknown): Fields {
  return fieldsOf(fieldsOf(metadata).output)
}

/** They hold the name of a resource, or its address. */
export const NAMING_FIELDS: ReadonlySet<string> = new Set([
  'fileUri',
  'file_uri',
  'fileName',
  'file_name',
  'cachedContent',
  'cached_content',
  'fileSearchStoreNames',
  'file_search_store_names',
  'tunedModel',
  'tuned_model',
])
const NAMED =
  /^(?:https?:\/\/[^/]+\/v1\w*\/)?(files|cachedContents|fileSearchStores|tunedModels)\/([\w.-]+)/
const KIND_OF_COLLECTION = new Map(Object.entries(COLLECTIONS).map(([kind, name]) => [name, kind]))

/** What a field of a request names. Addresses of other hosts than an API's name nothing here. */
export function namedByGemini(field: string, value: unknown): readonly Reference[] {
  if (!NAMING_FIELDS.has(field)) return NONE
  const texts: unknown[] = Array.isArray(value) ? value : [value]
  return texts.flatMap((text) => {
    const [, collection = '', id = ''] = (typeof text === 'string' && NAMED.exec(text)) || []
    const kind = KIND_OF_COLLECTION.get(collection)
    return kind === undefined ? [] : [{ kind, id }]
  })
}

/** The ids of the files that a batch reads its requests from, wherever a body names them. */
export function inputFilesIn(body: unknown): string[] {
  if (Array.isArray(body)) return body.flatMap(inputFilesIn)
  return Object.entries(fieldsOf(body)).flatMap(([name, value]) => {
    const id = INPUT_FIELDS.has(name) ? geminiId('gemini_file', value) : null
    return id === null ? inputFilesIn(value) : [id]
  })
}

const INPUT_FIELDS: ReadonlySet<string> = new Set(['fileName', 'file_name'])

const NONE: readonly Reference[] = []

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {}
}
