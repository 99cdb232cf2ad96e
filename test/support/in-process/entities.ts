/** The users, keys, models and upstream keys of a gateway in a test: the usual ones, except for what a test names. */
import { displayPrefix, mintProxyKey } from '../../../src/access/proxy-key.ts'
import type {
  ApiKey,
  DirectoryRows,
  ModelDefinition,
  ModelTarget,
  UpstreamKey,
} from '../../../src/core/entities.ts'
import { sha256Hex } from '../../../src/main/compose/digest.ts'

export const PROXY_KEY = mintProxyKey(new Uint8Array(96).fill(7))

export function upstreamKey(id: number, more: Partial<UpstreamKey> = {}): UpstreamKey {
  return {
    id,
    name: `up-${id}`,
    provider: 'compatible',
    baseUrl: `http://up-${id}.test/v1`,
    encryptedKey: `secret-of-upstream-key-${id}`,
    keyHint: '',
    weight: 1,
    models: ['m'],
    deployments: null,
    headers: null,
    apiVersion: null,
    protocol: null,
    maxInFlight: null,
    tags: [],
    state: {
      status: 'healthy',
      failureCount: 0,
      totalRequests: 0,
      totalErrors: 0,
      cooldownUntilMs: null,
      lastError: null,
    },
    ...more,
  }
}

export function modelTarget(id: number, more: Partial<ModelTarget> = {}): ModelTarget {
  return {
    ...{ upstream: `up-${id}`, model: 'm', priority: id, weight: null, contextTokens: null },
    ...{ maxInFlight: null, mirrorPercent: null, conditions: [] },
    ...more,
  }
}

export function modelOf(
  targets: readonly ModelTarget[],
  more: Partial<ModelDefinition> = {},
): ModelDefinition {
  return {
    ...{ name: 'fast', strategy: 'priority', targets },
    parameters: { default: {}, set: {}, drop: [] },
    ...{ firstTokenMs: null, firstTokenAction: 'replace', fallbackOnFilter: false },
    ...more,
  }
}

/** The rows of a gateway with one user, whose key is `PROXY_KEY`. */
export function directoryRows(
  upstreamKeys: readonly UpstreamKey[],
  models: readonly ModelDefinition[],
  more: Partial<ApiKey>,
): DirectoryRows {
  return {
    models,
    prices: [],
    users: [ADA],
    apiKeys: [apiKey(more)],
    upstreamKeys,
    modelStates: [],
  }
}

const ADA: DirectoryRows['users'][number] = {
  id: 1,
  username: 'ada',
  email: null,
  role: 'user',
  status: 'active',
  monthlyQuotaTokens: null,
  maxInFlight: null,
}

function apiKey(more: Partial<ApiKey>): ApiKey {
  return {
    id: 1,
    userId: 1,
    name: 'test',
    prefix: displayPrefix(PROXY_KEY),
    keyHash: sha256Hex(PROXY_KEY),
    status: 'active',
    allowedModels: null,
    rpm: null,
    tpm: null,
    maxInFlight: null,
    priority: 0,
    tags: [],
    strict: false,
    allowedAddresses: null,
    expiresAtMs: null,
    rotatedTo: null,
    createdAtMs: 0,
    ...more,
  }
}
