/** The input for an upstream key, validated as a whole: a change must not produce what `add` would reject. */
import type { UpstreamKey } from '../../core/entities.ts'
import { unmaskedHeaders } from '../../core/fixed-headers.ts'
import {
  PROVIDER_FACTS,
  type ProviderName,
  type SpokenProtocol,
} from '../../core/providers/providers.ts'
import {
  checkedApiVersion,
  checkedBaseUrl,
  checkedDeployments,
  checkedHeaders,
  checkedLimit,
  checkedModels,
  checkedName,
  checkedProtocol,
  checkedSecret,
  checkedTags,
  checkedWeight,
} from '../checks.ts'
import { adminError } from '../errors.ts'
import type { NewUpstreamKey, UpstreamPatch } from '../store.ts'

export interface UpstreamInput {
  name: string
  provider: ProviderName
  baseUrl: string
  secret: string
  weight?: number
  models?: readonly string[] | null
  deployments?: Readonly<Record<string, string>> | null
  headers?: Readonly<Record<string, string>> | null
  apiVersion?: string | null
  protocol?: SpokenProtocol | null
  /** Requests at a time; null and 0 are unlimited. */
  maxInFlight?: number | null
  tags?: readonly string[]
}

/** The fields of an upstream key that can change; the provider can't. */
export type UpstreamChanges = Partial<Omit<UpstreamInput, 'provider'>>

export type CheckedUpstream = Omit<NewUpstreamKey, 'keyHint' | 'name'>

/** All but the name and the secret. */
export function checkedUpstream(input: Omit<UpstreamInput, 'name' | 'secret'>): CheckedUpstream {
  const { provider, weight = 1 } = input
  const models = checkedModels(input.models ?? null, 'models')
  const deployments = checkedDeployments(input.deployments ?? null)
  const { servesUnnamedModels } = PROVIDER_FACTS[provider]
  if (!servesUnnamedModels && deployments === null && models === null)
    throw adminError('deployments_missing')
  return {
    provider,
    baseUrl: checkedBaseUrl(input.baseUrl, provider),
    weight: checkedWeight(weight),
    models,
    deployments,
    headers: checkedHeaders(input.headers ?? null),
    apiVersion: checkedApiVersion(input.apiVersion ?? null, provider),
    protocol: checkedProtocol(input.protocol ?? null, provider),
    maxInFlight: checkedLimit('max_in_flight', input.maxInFlight ?? null),
    tags: checkedTags(input.tags ?? []),
  }
}

export function checkedUpstreamPatch(
  changes: UpstreamChanges,
  before: UpstreamKey,
): Omit<UpstreamPatch, 'encryptedKey' | 'keyHint'> & { secret?: string } {
  const given = Object.entries(changes).filter(([, value]) => value !== undefined)
  if (given.length === 0) throw adminError('nothing_to_change')
  const { name, secret, ...rest } = Object.fromEntries(given) as UpstreamChanges
  if (rest.headers !== undefined) rest.headers = unmaskedHeaders(rest.headers, before.headers)
  const { provider: _, ...row } = checkedUpstream({ ...before, ...rest })
  const changed = Object.entries(row).filter(([field]) => field in rest)
  return {
    ...(Object.fromEntries(changed) as UpstreamPatch),
    ...(name !== undefined && { name: checkedName(name, 'upstream_name_invalid') }),
    ...(secret !== undefined && { secret: checkedSecret(secret) }),
  }
}
