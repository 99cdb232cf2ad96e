/**
 * Gemini's API other than content, tokens, embeddings and the list of models. Its version in a path is the client's
 * choice (`v1beta`, `v1alpha`); a colon begins what is wanted of a resource.
 */
import { ANY_KEY, type Options, type RouteTarget, row, type VendorRoute } from './route.ts'

type Line = readonly [line: string, target: RouteTarget, options?: Options]

const account: RouteTarget = { by: 'account' }
const object = (kind: string): RouteTarget => ({ by: 'object', kind })
const list = (kind: string): RouteTarget => ({ by: 'list', kind })
const model: RouteTarget = { by: 'model', param: 'model', otherwise: null }

/** Of a resumable upload: a client says with them what each request is. */
const UPLOAD_HEADERS = [
  'x-goog-upload-protocol',
  'x-goog-upload-command',
  'x-goog-upload-offset',
  'x-goog-upload-header-content-length',
  'x-goog-upload-header-content-type',
  'x-goog-upload-file-name',
]
const UPLOAD: Options = { upload: true, inPieces: true, headers: UPLOAD_HEADERS }

const models: readonly Line[] = [
  ['POST models/{model}:predict', model, { meter: 'images' }],
  [
    'POST models/{model}:predictLongRunning',
    model,
    { meter: 'video', creates: 'gemini_operation' },
  ],
  [
    'GET models/{model}/operations/{gemini_operation}',
    object('gemini_operation'),
    { creates: 'gemini_operation' },
  ],
  ['POST models/{model}:batchGenerateContent', model, { meter: 'batch', creates: 'gemini_batch' }],
  [
    'POST models/{model}:asyncBatchEmbedContent',
    model,
    { meter: 'batch', creates: 'gemini_batch' },
  ],
]

const files: readonly Line[] = [
  ['POST upload files', account, { ...UPLOAD, creates: 'gemini_file', holdsCalls: true }],
  ['GET files', list('gemini_file')],
  ['GET files/{gemini_file}', object('gemini_file')],
  ['GET files/{gemini_file}:download', object('gemini_file')],
  ['DELETE files/{gemini_file}', object('gemini_file'), { deletes: true }],
]

const batches: readonly Line[] = [
  ['GET batches', list('gemini_batch')],
  ['GET batches/{gemini_batch}', object('gemini_batch'), { creates: 'gemini_batch' }],
  ['POST batches/{gemini_batch}:cancel', object('gemini_batch')],
  ['DELETE batches/{gemini_batch}', object('gemini_batch'), { deletes: true }],
]

const caches: readonly Line[] = [
  ['POST cachedContents', account, { creates: 'cached_content', meter: 'unpriced' }],
  ['GET cachedContents', list('cached_content')],
  ['GET cachedContents/{cached_content}', object('cached_content')],
  ['PATCH cachedContents/{cached_content}', object('cached_content'), { meter: 'unpriced' }],
  ['DELETE cachedContents/{cached_content}', object('cached_content'), { deletes: true }],
]

const STORE = 'fileSearchStores/{file_search_store}'
const inStore = object('file_search_store')
const stores: readonly Line[] = [
  ['POST fileSearchStores', account, { creates: 'file_search_store' }],
  ['GET fileSearchStores', list('file_search_store')],
  [`GET ${STORE}`, inStore],
  [`DELETE ${STORE}`, inStore, { deletes: true }],
  [`POST upload ${STORE}:uploadToFileSearchStore`, inStore, { ...UPLOAD, meter: 'unpriced' }],
  [`POST ${STORE}:importFile`, inStore, { meter: 'unpriced' }],
  [`GET ${STORE}/operations/{operation}`, inStore],
  [`GET ${STORE}/upload/operations/{operation}`, inStore],
  [`GET ${STORE}/documents`, inStore],
  [`GET ${STORE}/documents/{document}`, inStore],
  [`DELETE ${STORE}/documents/{document}`, inStore],
]

const tuned = object('tuned_model')
const tunedModels: readonly Line[] = [
  ['POST tunedModels', account, { creates: 'tuned_model', meter: 'unpriced' }],
  ['GET tunedModels', list('tuned_model')],
  ['GET tunedModels/{tuned_model}', tuned],
  ['PATCH tunedModels/{tuned_model}', tuned],
  ['DELETE tunedModels/{tuned_model}', tuned, { deletes: true }],
  ['GET tunedModels/{tuned_model}/operations/{operation}', tuned],
]

const interactions: readonly Line[] = [
  [
    'POST interactions',
    { by: 'model', param: null, otherwise: ANY_KEY },
    { creates: 'gemini_interaction', meter: 'tokens' },
  ],
  ['GET interactions/{gemini_interaction}', object('gemini_interaction')],
  ['POST interactions/{gemini_interaction}/cancel', object('gemini_interaction')],
  ['DELETE interactions/{gemini_interaction}', object('gemini_interaction'), { deletes: true }],
]

const ENVIRONMENT_FILE = 'environments/{gemini_environment}/files/{path*}'
const environment = object('gemini_environment')
/** Agents and what they work with. An interaction or a trigger runs one. */
const agents: readonly Line[] = [
  ...collection('agents', 'gemini_agent'),
  ...collection('credentials', 'gemini_credential'),
  ['PATCH credentials/{gemini_credential}', object('gemini_credential')],
  ...collection('environments', 'gemini_environment', { meter: 'unpriced' }),
  [`GET ${ENVIRONMENT_FILE}`, environment],
  [`PUT upload ${ENVIRONMENT_FILE}`, environment, UPLOAD],
  [`POST upload ${ENVIRONMENT_FILE}`, environment, UPLOAD],
  ...collection('triggers', 'gemini_trigger', { meter: 'unpriced' }),
  ['PATCH triggers/{gemini_trigger}', object('gemini_trigger')],
  ['GET triggers/{gemini_trigger}/executions', object('gemini_trigger')],
  ['POST triggers/{gemini_trigger}/executions', object('gemini_trigger'), { meter: 'unpriced' }],
  ...collection('voices', 'gemini_voice', { meter: 'unpriced' }),
]

/** As most are: create, list, retrieve, delete. */
function collection(plural: string, kind: string, options: Options = {}): Line[] {
  return [
    [`POST ${plural}`, account, { creates: kind, ...options }],
    [`GET ${plural}`, list(kind)],
    [`GET ${plural}/{${kind}}`, object(kind)],
    [`DELETE ${plural}/{${kind}}`, object(kind), { deletes: true }],
  ]
}

/** What is done with a token goes past the gateway, so a key that is restricted to some models gets none. */
const tokens: readonly Line[] = [
  ['POST auth_tokens', account, { meter: 'unpriced', runsAnyModel: true }],
]

export const GEMINI_API_ROUTES: readonly VendorRoute[] = [
  ...models,
  ...files,
  ...batches,
  ...caches,
  ...stores,
  ...tunedModels,
  ...interactions,
  ...agents,
  ...tokens,
].map(([line, target, options]) => {
  const [method, ...path] = line.split(' ')
  const [place = '', prefix = ''] = path.toReversed()
  return {
    ...row(`${method} `, target, options),
    api: 'gemini',
    protocol: 'gemini',
    path: `${prefix && `/${prefix}`}/v1beta/${place}`,
  }
})

/** The first request of a resumable upload has no bytes of the file, but JSON that describes it. */
export function beginsUpload(command: string | null): boolean {
  return command !== null && !/upload/i.test(command)
}
