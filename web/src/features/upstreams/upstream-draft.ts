/** The settings of an upstream as the text of a form, and back. Pure. */
import type { Upstream, UpstreamSettings } from '@/api/upstreams.ts'
import { parseList } from '@/lib/quantity.ts'

export interface UpstreamDraft {
  name: string
  provider: string
  baseUrl: string
  weight: string
  models: string
  deployments: string
  /** One a line, `Name: value`. */
  headers: string
  apiVersion: string
  /** Empty: any. */
  protocol: string
  tags: string
  /** Requests at a time; empty for no limit. */
  inFlight: string
  /** Empty while editing: the stored key stays. */
  secret: string
}

/** Never kept over a reload. Headers may hold keys, too. */
export const SECRET = ['secret', 'headers'] as const

export const emptyUpstream: UpstreamDraft = {
  name: '',
  provider: 'openai',
  baseUrl: '',
  weight: '1',
  models: '',
  deployments: '',
  headers: '',
  apiVersion: '',
  protocol: '',
  tags: '',
  inFlight: '',
  secret: '',
}

export const upstreamDraft = (upstream: Upstream): UpstreamDraft => ({
  name: upstream.name,
  provider: upstream.provider,
  baseUrl: upstream.base_url,
  weight: String(upstream.weight),
  models: upstream.models?.join('\n') ?? '',
  deployments: Object.entries(upstream.deployments ?? {})
    .map(([model, deployment]) => `${model}=${deployment}`)
    .join('\n'),
  headers: Object.entries(upstream.headers ?? {})
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n'),
  apiVersion: upstream.api_version ?? '',
  protocol: upstream.protocol ?? '',
  tags: upstream.tags.join(', '),
  inFlight: upstream.max_in_flight ? String(upstream.max_in_flight) : '',
  secret: '',
})

export function upstreamSettings(draft: UpstreamDraft): UpstreamSettings {
  const pairs = (parseList(draft.deployments) ?? []).map((line) => line.split('='))
  const baseUrl = draft.baseUrl.trim()
  return {
    provider: draft.provider,
    ...(baseUrl ? { base_url: baseUrl } : {}),
    weight: Number(draft.weight),
    models: parseList(draft.models),
    deployments: pairs.length
      ? Object.fromEntries(
          pairs.map(([model = '', deployment = model]) => [model.trim(), deployment.trim()]),
        )
      : null,
    headers: headersIn(draft.headers),
    api_version: draft.apiVersion.trim() || null,
    protocol: protocolIn(draft.protocol),
    tags: parseList(draft.tags) ?? [],
    max_in_flight: draft.inFlight === '' ? null : Number(draft.inFlight),
  }
}

function protocolIn(choice: string): 'chat' | 'responses' | null {
  return choice === 'chat' || choice === 'responses' ? choice : null
}

/** A line without a colon is a name without a value, which the server refuses. */
function headersIn(text: string): Record<string, string> | null {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const pairs = lines.map((line) => {
    const [name = '', ...value] = line.split(':')
    return [name.trim(), value.join(':').trim()]
  })
  return pairs.length === 0 ? null : Object.fromEntries(pairs)
}
