/**
 * Anthropic's API other than Messages and the list of models, as of November 2026. Not in it: what administers an
 * organisation, compliance, tunnels, and `/v1/webhooks`. Some paths are OpenAI's too: `isAnthropicCall` says whose
 * API a client speaks.
 */
import type { HeaderSource } from '../core/headers.ts'
import {
  byAccount,
  byObject,
  listOf,
  type Options,
  resource,
  under,
  type VendorRoute,
} from './route.ts'

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
    'GET /versions/{version}/content',
    'DELETE /versions/{version}',
  ]),
]

/**
 * Managed agents. A session runs the model of its agent, and so do deployments and dreams; their replies report tokens
 * of the whole session, so each call is recorded as unpriced.
 */
const RUNS_MODELS: Options = { meter: 'unpriced', runsAnyModel: true }

const agents: readonly VendorRoute[] = [
  byAccount('POST agents', { creates: 'agent' }),
  listOf('GET agents', 'agent'),
  ...under('agents/{agent}', ['GET ', 'POST ', 'GET /versions', 'POST /archive']),
  ...resource('environments', 'environment'),
  byObject('POST environments/{environment}/archive'),
  ...under(
    'environments/{environment}/work',
    [
      'GET ',
      'GET /poll',
      'GET /stats',
      'GET /{work}',
      'POST /{work}',
      'POST /{work}/ack',
      'POST /{work}/heartbeat',
      'POST /{work}/stop',
    ],
    { headers: ['anthropic-worker-id'] },
  ),
]

const sessions: readonly VendorRoute[] = [
  ...resource('sessions', 'session', RUNS_MODELS),
  byObject('POST sessions/{session}/events', { meter: 'unpriced' }),
  ...under('sessions/{session}', [
    'POST /archive',
    'GET /events',
    'GET /events/stream',
    'GET /resources',
    'POST /resources',
    'GET /resources/{resource}',
    'POST /resources/{resource}',
    'DELETE /resources/{resource}',
    'GET /threads',
    'GET /threads/{thread}',
    'POST /threads/{thread}/archive',
    'GET /threads/{thread}/events',
    'GET /threads/{thread}/stream',
  ]),
]

const deployments: readonly VendorRoute[] = [
  byAccount('POST deployments', { ...RUNS_MODELS, creates: 'deployment' }),
  listOf('GET deployments', 'deployment'),
  byObject('POST deployments/{deployment}/run', { ...RUNS_MODELS, creates: 'deployment_run' }),
  ...under('deployments/{deployment}', ['GET ', 'POST ', 'POST /archive', 'POST /pause']),
  byObject('POST deployments/{deployment}/unpause', RUNS_MODELS),
  listOf('GET deployment_runs', 'deployment_run'),
  byObject('GET deployment_runs/{deployment_run}', { creates: 'deployment_run' }),
  byAccount('POST dreams', { ...RUNS_MODELS, creates: 'dream' }),
  listOf('GET dreams', 'dream'),
  byObject('GET dreams/{dream}', { creates: 'dream' }),
  ...under('dreams/{dream}', ['POST /archive', 'POST /cancel']),
]

const stores: readonly VendorRoute[] = [
  ...resource('memory_stores', 'memory_store'),
  ...under('memory_stores/{memory_store}', [
    'POST /archive',
    'GET /memories',
    'POST /memories',
    'GET /memories/{memory}',
    'POST /memories/{memory}',
    'DELETE /memories/{memory}',
    'GET /memory_versions',
    'GET /memory_versions/{memory_version}',
    'POST /memory_versions/{memory_version}/redact',
  ]),
  ...resource('vaults', 'vault'),
  byObject('POST vaults/{vault}/archive'),
  ...under('vaults/{vault}/credentials', [
    'GET ',
    'POST ',
    'GET /{credential}',
    'POST /{credential}',
    'DELETE /{credential}',
    'POST /{credential}/archive',
    'POST /{credential}/mcp_oauth_validate',
  ]),
  ...resource('user_profiles', 'user_profile'),
  ...under('user_profiles/{user_profile}', [
    'POST /action_urls',
    'POST /enrollment_url',
    'GET /providers/google/data_controls',
    'POST /providers/google/data_controls',
  ]),
]

export const ANTHROPIC_ROUTES: readonly VendorRoute[] = [
  ...messageBatches,
  ...files,
  ...skills,
  ...agents,
  ...sessions,
  ...deployments,
  ...stores,
].map((route) => ({ ...route, api: 'anthropic', protocol: 'anthropic' }))

/** Anthropic requires this header of each request; clients of other APIs don't send it. */
export function isAnthropicCall(headers: HeaderSource): boolean {
  return headers.get('anthropic-version') !== null
}
