/** Which fields of requests name objects, and of what kind. */
import type { VendorRoute } from './route.ts'

/** In any request. */
export const KIND_OF_FIELD: ReadonlyMap<string, string> = new Map(
  Object.entries({
    input_file_id: 'file',
    file_id: 'file',
    file_ids: 'file',
    training_file: 'file',
    validation_file: 'file',
    vector_store_id: 'vector_store',
    vector_store_ids: 'vector_store',
    previous_response_id: 'response',
    conversation: 'conversation',
    container: 'container',
    container_id: 'container',
    assistant_id: 'assistant',
    thread_id: 'thread',
    video: 'video',
    video_id: 'video',
    eval_id: 'eval',
    skill_id: 'skill',
    consent: 'voice_consent',
    previous_interaction_id: 'gemini_interaction',
    user_profile_id: 'user_profile',
  }),
)
/** Fields of routes of agents. In other requests such names mean something else, `session_id` for instance. */
const AGENT_FIELDS: ReadonlyMap<string, string> = new Map([
  ...KIND_OF_FIELD,
  ['agent', 'agent'],
  ['agent_id', 'agent'],
  ['agents', 'agent'],
  ['deployment_id', 'deployment'],
  ['environment', 'environment'],
  ['environment_id', 'environment'],
  ['memory_store_id', 'memory_store'],
  ['scope_id', 'session'],
  ['session_id', 'session'],
  ['session_ids', 'session'],
  ['vault_id', 'vault'],
  ['vault_ids', 'vault'],
])
const AGENT_ROUTES =
  /^\/v1\/(?:agents|deployments|deployment_runs|dreams|environments|files|memory_stores|sessions|vaults)(?:\/|$)/

const OPENAI_AGENT_FIELDS: ReadonlyMap<string, string> = new Map([
  ...AGENT_FIELDS,
  ['session_id', 'agent_session'],
])

const GEMINI_FIELDS: ReadonlyMap<string, string> = new Map([
  ...KIND_OF_FIELD,
  ['agent', 'gemini_agent'],
  ['base_agent', 'gemini_agent'],
  ['environment', 'gemini_environment'],
  ['base_environment', 'gemini_environment'],
  ['environment_id', 'gemini_environment'],
  ['credential', 'gemini_credential'],
])
const GEMINI_AGENT_ROUTES = /^\/v1beta\/(?:agents|environments|interactions|triggers)(?:\/|$)/

/** The kinds of objects that fields of a request name. */
export function namingFields({ api, path }: Pick<VendorRoute, 'api' | 'path'>) {
  if (GEMINI_AGENT_ROUTES.test(path)) return GEMINI_FIELDS
  if (!AGENT_ROUTES.test(path)) return KIND_OF_FIELD
  return api === 'openai' ? OPENAI_AGENT_FIELDS : AGENT_FIELDS
}

const GOOGLES_AGENTS = /^(?:deep-research|antigravity)-/
/** `remote`, `browser`: what kind of environment is wanted, rather than which one. */
const PLAIN_WORD = /^[a-z]+$/

/** Named by a request, and no object of any user. */
export function isVendorsOwn(kind: string, id: string): boolean {
  if (kind === 'gemini_agent') return GOOGLES_AGENTS.test(id)
  return /environment$/.test(kind) && PLAIN_WORD.test(id)
}
