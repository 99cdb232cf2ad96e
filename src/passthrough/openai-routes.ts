/**
 * OpenAI's API other than chat, completions, embeddings and the list of models, as of November 2026. To serve
 * one more route, add a row. Routes that administer an organisation or a project are in no table.
 */
import { agents, realtime, threads } from './openai-agent-routes.ts'
import {
  ANY_KEY,
  byAccount,
  byModel,
  byObject,
  listOf,
  resource,
  under,
  type VendorRoute,
} from './route.ts'

const images: readonly VendorRoute[] = [
  byModel('POST images/generations', { meter: 'images' }, 'gpt-image-1'),
  byModel('POST images/edits', { meter: 'images' }, 'gpt-image-1'),
  byModel('POST images/variations', { meter: 'images' }, 'dall-e-2'),
  byAccount('POST content_provenance_checks'),
]

const audio: readonly VendorRoute[] = [
  byModel('POST audio/speech', { meter: 'characters' }),
  byModel('POST audio/transcriptions', { meter: 'seconds' }),
  byModel('POST audio/translations', { meter: 'seconds' }),
  ...resource('audio/voice_consents', 'voice_consent'),
  byAccount('POST audio/voices', { creates: 'voice' }),
  byObject('DELETE audio/voices/{voice}', { deletes: true }),
]

const texts: readonly VendorRoute[] = [
  byModel('POST moderations', { meter: 'free' }, 'omni-moderation-latest'),
  byModel('POST rerank', { meter: 'searches' }),
  // As Mistral has it.
  byModel('POST ocr', { meter: 'pages' }),
  byModel('POST decisions'),
]

const storedCompletions: readonly VendorRoute[] = [
  listOf('GET chat/completions', 'completion'),
  byObject('GET chat/completions/{completion}'),
  byObject('POST chat/completions/{completion}'),
  byObject('DELETE chat/completions/{completion}', { deletes: true }),
  byObject('GET chat/completions/{completion}/messages'),
]

const responses: readonly VendorRoute[] = [
  byModel('POST responses', { creates: 'response' }, ANY_KEY),
  byModel('POST responses/compact', {}, ANY_KEY),
  byModel('POST responses/input_tokens', { meter: 'free' }, ANY_KEY),
  byObject('GET responses/{response}'),
  byObject('DELETE responses/{response}', { deletes: true }),
  byObject('POST responses/{response}/cancel'),
  byObject('GET responses/{response}/input_items'),
].map((route) => ({ ...route, protocol: 'responses' }))

const conversations: readonly VendorRoute[] = [
  ...resource('conversations', 'conversation').filter(({ target }) => target.by !== 'list'),
  ...under('conversations/{conversation}', [
    'GET /items',
    'POST /items',
    'GET /items/{item}',
    'DELETE /items/{item}',
  ]),
]

const files: readonly VendorRoute[] = [
  byAccount('POST files', { creates: 'file', upload: true, holdsCalls: true }),
  listOf('GET files', 'file'),
  byObject('GET files/{file}'),
  byObject('GET files/{file}/content'),
  byObject('DELETE files/{file}', { deletes: true }),
  byAccount('POST uploads', { creates: 'upload' }),
  byObject('POST uploads/{upload}/parts', { upload: true }),
  byObject('POST uploads/{upload}/complete', { creates: 'upload' }),
  byObject('POST uploads/{upload}/cancel'),
]

const batches: readonly VendorRoute[] = [
  byAccount('POST batches', { creates: 'batch', meter: 'batch', runsAnyModel: true }),
  listOf('GET batches', 'batch'),
  byObject('GET batches/{batch}', { creates: 'batch' }),
  byObject('POST batches/{batch}/cancel', { creates: 'batch' }),
]

const vectorStores: readonly VendorRoute[] = [
  ...resource('vector_stores', 'vector_store', { meter: 'unpriced' }),
  ...under('vector_stores/{vector_store}', [
    'POST /search',
    'GET /search',
    'GET /file_batches/{file_batch}',
    'POST /file_batches/{file_batch}/cancel',
    'GET /file_batches/{file_batch}/files',
    'GET /files',
    'GET /files/{file}',
    'POST /files/{file}',
    'DELETE /files/{file}',
    'GET /files/{file}/content',
  ]),
  // What is stored is paid by the day.
  ...under('vector_stores/{vector_store}', ['POST /files', 'POST /file_batches'], {
    meter: 'unpriced',
  }),
]

const training: readonly VendorRoute[] = [
  byAccount('POST fine_tuning/jobs', { creates: 'fine_tuning_job', meter: 'unpriced' }),
  listOf('GET fine_tuning/jobs', 'fine_tuning_job'),
  byObject('GET fine_tuning/jobs/{fine_tuning_job}', { creates: 'fine_tuning_job' }),
  ...under('fine_tuning/jobs/{fine_tuning_job}', [
    'POST /cancel',
    'POST /pause',
    'GET /events',
    'GET /checkpoints',
  ]),
  byObject('POST fine_tuning/jobs/{fine_tuning_job}/resume', { meter: 'unpriced' }),
  byAccount('POST fine_tuning/alpha/graders/run', { meter: 'unpriced' }),
  byAccount('POST fine_tuning/alpha/graders/validate'),
  ...['GET', 'POST'].map((method) =>
    byObject(`${method} fine_tuning/checkpoints/{checkpoint}/permissions`),
  ),
  byObject('DELETE fine_tuning/checkpoints/{checkpoint}/permissions/{permission}'),
  byObject('DELETE models/{model}', { deletes: true }),
  ...resource('evals', 'eval'),
  ...under('evals/{eval}/runs', [
    'GET ',
    'GET /{run}',
    'DELETE /{run}',
    'GET /{run}/output_items',
    'GET /{run}/output_items/{item}',
  ]),
  ...under('evals/{eval}/runs', ['POST ', 'POST /{run}', 'POST /{run}/cancel'], {
    meter: 'unpriced',
  }),
]

const videos: readonly VendorRoute[] = [
  byModel('POST videos', { creates: 'video', meter: 'video' }, 'sora-2'),
  byModel('POST videos/edits', { creates: 'video', meter: 'video' }, 'sora-2'),
  byModel('POST videos/extensions', { creates: 'video', meter: 'video' }, 'sora-2'),
  byAccount('POST videos/characters', { creates: 'character', upload: true }),
  byObject('GET videos/characters/{character}'),
  listOf('GET videos', 'video'),
  byObject('GET videos/{video}'),
  byObject('DELETE videos/{video}', { deletes: true }),
  byObject('GET videos/{video}/content'),
  byObject('POST videos/{video}/remix', { creates: 'video', meter: 'video' }),
]

const workspaces: readonly VendorRoute[] = [
  ...resource('containers', 'container', { meter: 'unpriced' }),
  ...under('containers/{container}/files', [
    'GET ',
    'POST ',
    'GET /{file}',
    'DELETE /{file}',
    'GET /{file}/content',
  ]),
  ...resource('skills', 'skill', { upload: true }),
  ...under('skills/{skill}', [
    'GET /content',
    'GET /versions',
    'GET /versions/{version}',
    'DELETE /versions/{version}',
    'GET /versions/{version}/content',
  ]),
  byObject('POST skills/{skill}/versions', { upload: true }),
]

/** Where two patterns fit a path, the one that comes first is taken. */
export const OPENAI_ROUTES: readonly VendorRoute[] = [
  ...images,
  ...audio,
  ...texts,
  ...storedCompletions,
  ...responses,
  ...conversations,
  ...files,
  ...batches,
  ...vectorStores,
  ...training,
  ...videos,
  ...workspaces,
  ...realtime,
  ...threads,
  ...agents,
]
