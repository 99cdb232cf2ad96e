/** Provider keys of another gateway. */
import { looksLikeSecret } from '../../admin/checks.ts'
import type { CommandUpstreams, UpstreamRow } from '../../admin/command-admin.ts'
import type { UpstreamView } from '../../admin/contract.ts'
import { adminError } from '../../admin/errors.ts'
import type { UpstreamChanges } from '../../admin/upstreams/upstream-input.ts'
import type { ModelState, UpstreamStatus } from '../../core/entities.ts'
import type { ProviderName } from '../../core/providers/providers.ts'
import { type AdminClient, tooOld } from './client.ts'
import { byId, everyItem, firstThat, onePage } from './pages.ts'

interface WholeView extends UpstreamView {
  /** Absent in gateways of older versions. */
  model_states?: readonly {
    model: string
    status: ModelState['status']
    failure_count: number
    until: string
    last_error: string | null
  }[]
}

interface ProbeView {
  ok: boolean
  status: number | null
  latency_ms: number
  detail: string
}

export function remoteUpstreams(client: AdminClient, url: string): CommandUpstreams {
  const rowOf = (view: WholeView) => upstreamOf(view, url)
  const changed = async (name: string, method: string, path: string, body?: object) => {
    const { id } = await findView(client, name)
    const call = { params: { id }, ...(body !== undefined && { body }) }
    return rowOf(await client.call<WholeView>(method, path, call))
  }
  return {
    list: ({ after } = {}) => onePage(client, { path: '/upstreams', query: {}, after }, rowOf),
    async modelStates() {
      const states: ModelState[] = []
      for await (const view of everyItem<WholeView>(client, '/upstreams'))
        states.push(...statesOf(view))
      return states
    },
    add: async (_, { name, secret, ...settings }) => {
      const { provider } = settings
      const body = { name, secret, provider, ...settingsOf(settings) }
      return rowOf(await client.call('POST', '/upstreams', { body }))
    },
    async importAll(_, { provider, ...settings }, given) {
      const secrets = given.map(({ secret }) => oneLine(secret))
      const wrong = secrets.findIndex((secret) => !looksLikeSecret(secret))
      // The API reports each line; this command imports all or nothing.
      if (wrong >= 0) throw adminError('secret_line_invalid', { line: given[wrong]?.line ?? 0 })
      const body = {
        settings: { provider, ...settingsOf(settings) },
        secrets: secrets.join('\n'),
      }
      const { lines } = await client.call<{ lines: { upstream_id: number | null }[] }>(
        'POST',
        '/upstreams/import',
        { body },
      )
      return { added: lines.filter(({ upstream_id: id }) => id !== null), removedBefore: 0 }
    },
    update: (_, name, { name: newName, secret, ...settings }) =>
      changed(name, 'PATCH', '/upstreams/{id}', {
        name: newName,
        secret,
        ...settingsOf(settings),
      }),
    setDisabled: (_, name, disabled) =>
      changed(name, 'POST', disabled ? '/upstreams/{id}/disable' : '/upstreams/{id}/enable'),
    reset: (_, name) => changed(name, 'POST', '/upstreams/{id}/reset'),
    async remove(_, name) {
      const view = await findView(client, name)
      await client.call('DELETE', '/upstreams/{id}', { params: { id: view.id } })
      return rowOf(view)
    },
    async test(name) {
      const views =
        name === null
          ? await Array.fromAsync(everyItem<WholeView>(client, '/upstreams'))
          : [await findView(client, name)]
      return Promise.all(views.map((view) => tested(client, view)))
    },
  }
}

async function tested(client: AdminClient, { id, name }: WholeView) {
  const { ok, status, latency_ms, detail } = await client.call<ProbeView>(
    'POST',
    '/upstreams/{id}/test',
    { params: { id } },
  )
  return { upstream: { name }, result: { ok, status, latencyMs: latency_ms, detail } }
}

/** By name, or by id. */
async function findView(client: AdminClient, name: string): Promise<WholeView> {
  const search = name.trim()
  const named =
    search === ''
      ? null
      : await firstThat<WholeView>(
          client,
          { path: '/upstreams', query: { search: search.slice(0, 200) } },
          (view) => view.name === name,
        )
  const found = named ?? (await byId<WholeView>(client, '/upstreams/{id}', name))
  if (found === null) throw adminError('upstream_not_found', { upstream: name })
  return found
}

function upstreamOf(view: WholeView, url: string): UpstreamRow {
  if (view.status === undefined) throw tooOld(url, null, 'status of upstreams')
  return {
    id: view.id,
    name: view.name,
    provider: view.provider as ProviderName,
    baseUrl: view.base_url,
    keyHint: view.key_hint,
    weight: view.weight,
    models: view.models,
    deployments: view.deployments,
    headers: view.headers,
    protocol: view.protocol as UpstreamRow['protocol'],
    apiVersion: view.api_version,
    maxInFlight: view.max_in_flight,
    tags: view.tags,
    state: {
      status: view.status as UpstreamStatus,
      failureCount: view.failure_count,
      cooldownUntilMs: view.cooldown_until === null ? null : Date.parse(view.cooldown_until),
      totalRequests: view.total_requests,
      totalErrors: view.total_errors,
      lastError: view.last_error,
    },
  }
}

function statesOf({ id, model_states: states = [] }: WholeView): ModelState[] {
  return states.map(({ model, status, failure_count, until, last_error }) => ({
    ...{ upstreamKeyId: id, model, status },
    failureCount: failure_count,
    untilMs: Date.parse(until),
    lastError: last_error,
  }))
}

/** What is undefined is not sent. */
function settingsOf({
  weight,
  models,
  deployments,
  headers,
  tags,
  protocol,
  ...more
}: UpstreamChanges) {
  return {
    ...{ weight, models, deployments, headers, tags, protocol },
    base_url: more.baseUrl,
    api_version: more.apiVersion,
    max_in_flight: more.maxInFlight,
  }
}

/** A credentials file is one secret of many lines; its line breaks carry no meaning. */
function oneLine(secret: string): string {
  if (!secret.startsWith('{')) return secret
  try {
    return JSON.stringify(JSON.parse(secret))
  } catch {
    return secret
  }
}
