/**
 * Anthropic's API other than Messages and the list of models. Some paths are OpenAI's too: `isAnthropicCall` says whose
 * API a client speaks.
 */
import type { HeaderSource } from '../core/headers.ts'
import { byAccount, byObject, listOf, resource, under, type VendorRoute } from './route.ts'

const messageBatches: readonly VendorRoute[] = [
  byAccount('POST messages/batches', { creates: 'message_batch', meter: 'batch' }),
  listOf('GET messages/batches', 'message_batch'),
  byObject('GET messages/batches/{message_batch}'),
  byObject('GET messages/batches/{message_batch}/results'),
  byObject('POST messages/batches/{message_batch}/cancel'),
  byObject('DELETE messages/batches/{message_batch}', { deletes: true }),
]

const files: readonly VendorRoute[] = [
  byAccount('POST files', { creates: 'file', upload: true }),
  listOf('GET files', 'file'),
  byObject('GET files/{file}'),
  byObject('GET files/{file}/content'),
  byObject('DELETE files/{file}', { deletes: true }),
]

const skills: readonly VendorRoute[] = [
  ...resource('skills', 'skill', { upload: true }).filter(
    ({ method, path }) => method !== 'POST' || path === '/v1/skills',
  ),
  byObject('POST skills/{skill}/versions', { upload: true }),
  ...under('skills/{skill}', [
    'GET /versions',
    'GET /versions/{version}',
    'DELETE /versions/{version}',
  ]),
]

export const ANTHROPIC_ROUTES: readonly VendorRoute[] = [
  ...messageBatches,
  ...files,
  ...skills,
].map((route) => ({ ...route, api: 'anthropic', protocol: 'anthropic' }))

/** Anthropic requires this header of each request; clients of other APIs don't send it. */
export function isAnthropicCall(headers: HeaderSource): boolean {
  return headers.get('anthropic-version') !== null
}
