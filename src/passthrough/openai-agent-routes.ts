/** OpenAI's routes for sessions and agents: realtime, assistants with their threads, ChatKit and containers. */
import {
  byAccount,
  byModel,
  byObject,
  listOf,
  resource,
  row,
  under,
  type VendorRoute,
} from './route.ts'

export const realtime: readonly VendorRoute[] = [
  ...['client_secrets', 'sessions', 'transcription_sessions', 'translations/client_secrets'].map(
    (path) => byModel(`POST realtime/${path}`, { meter: 'unpriced' }, 'gpt-realtime'),
  ),
  byModel('POST realtime/calls', { creates: 'call', meter: 'unpriced' }, 'gpt-realtime'),
  // The session that an accepted call begins does not pass through the gateway.
  byObject('POST realtime/calls/{call}/accept', { meter: 'unpriced' }),
  ...under('realtime/calls/{call}', ['POST /hangup', 'POST /refer', 'POST /reject']),
  byModel('POST live/sessions', { creates: 'live_session', meter: 'unpriced' }, 'gpt-realtime'),
  ...under('live/sessions/{live_session}', ['POST /accept', 'POST /fork'], { meter: 'unpriced' }),
  ...under('live/sessions/{live_session}', [
    'GET /content',
    'POST /hangup',
    'POST /refer',
    'POST /reject',
  ]),
]

export const threads: readonly VendorRoute[] = [
  ...resource('assistants', 'assistant'),
  ...resource('threads', 'thread').filter(({ target }) => target.by !== 'list'),
  byAccount('POST threads/runs', { meter: 'tokens', creates: 'thread' }),
  ...under('threads/{thread}', [
    'GET /messages',
    'POST /messages',
    'GET /messages/{message}',
    'POST /messages/{message}',
    'DELETE /messages/{message}',
    'GET /runs',
    'GET /runs/{run}',
    'POST /runs/{run}',
    'POST /runs/{run}/cancel',
    'GET /runs/{run}/steps',
    'GET /runs/{run}/steps/{step}',
  ]),
  ...under('threads/{thread}/runs', ['POST ', 'POST /{run}/submit_tool_outputs'], {
    meter: 'tokens',
  }),
  byAccount('POST chatkit/sessions', { creates: 'chatkit_session', meter: 'unpriced' }),
  byObject('POST chatkit/sessions/{chatkit_session}/cancel'),
  listOf('GET chatkit/threads', 'chatkit_thread'),
  byObject('GET chatkit/threads/{chatkit_thread}'),
  byObject('DELETE chatkit/threads/{chatkit_thread}', { deletes: true }),
  byObject('GET chatkit/threads/{chatkit_thread}/items'),
]

export const agents: readonly VendorRoute[] = [
  ...resource('agents', 'agent'),
  // They run their agent when its time comes.
  ...resource('agents/automations', 'automation', { meter: 'unpriced' }),
  ...under('agents/automations/{automation}', ['POST /resume', 'POST /invocations'], {
    meter: 'unpriced',
  }),
  ...under('agents/automations/{automation}', [
    'POST /pause',
    'GET /invocations',
    'GET /invocations/{invocation}',
  ]),
  ...resource('agents/environments/templates', 'environment_template'),
  ...resource('agents/environments', 'environment', { meter: 'unpriced' }),
  ...under('agents/environments/{environment}', ['GET /files']),
  byObject('POST agents/environments/{environment}/files', { upload: true }),
  ...resource('agents/sessions', 'agent_session', { meter: 'unpriced' }),
  row(
    'POST agents/sessions/{agent_session}/events',
    { by: 'object', kind: 'agent_session' },
    {
      meter: 'unpriced',
    },
  ),
  ...under('agents/sessions/{agent_session}', [
    'GET /artifacts',
    'GET /artifacts/{artifact}',
    'GET /artifacts/{artifact}/content',
    'DELETE /artifacts/{artifact}',
    'GET /events',
    'GET /items',
    'GET /traces',
    'GET /turns',
    'GET /turns/{turn}',
    'GET /turns/{turn}/items',
    'GET /subagents',
    'GET /subagents/{subagent}',
    'GET /subagents/{subagent}/items',
    'GET /subagents/{subagent}/turns',
    'GET /subagents/{subagent}/turns/{turn}',
    'GET /subagents/{subagent}/turns/{turn}/items',
  ]),
  ...resource('vaults', 'vault'),
  ...under('vaults/{vault}/credentials', [
    'GET ',
    'POST ',
    'GET /{credential}',
    'POST /{credential}',
    'DELETE /{credential}',
  ]),
]
