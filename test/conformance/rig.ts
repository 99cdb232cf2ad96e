/** A mock upstream with the gateway in front of it, and how to bring a failed key back. */
import type { ProviderName } from '../../src/core/providers/providers.ts'
import { type Gateway, startGateway } from '../support/gateway.ts'
import { type MockUpstream, startMockUpstream } from '../support/mock/mock-upstream.ts'

export interface Rig {
  mock: MockUpstream
  gateway: Gateway
  close(): Promise<void>
}

export interface RigUpstream {
  name: string
  provider?: ProviderName
  models?: string[]
  deployments?: Record<string, string>
  apiVersion?: string
}

const UPSTREAM_KEY = 'sk-upstream-conformance-0123456789'
const DEADLINE_MS = 5_000

/** All upstreams are the same mock, known to the gateway under several names. */
export async function startRig(upstreams: readonly RigUpstream[]): Promise<Rig> {
  const mock = await startMockUpstream()
  const origin = mock.url.replace(/\/v1$/, '')
  const gateway = await startGateway({
    upstreams: upstreams.map((upstream) => ({
      provider: 'compatible' as const,
      baseUrl: upstream.provider === 'azure' ? origin : mock.url,
      key: UPSTREAM_KEY,
      ...upstream,
    })),
    env: { CIRCUIT_BREAKER_THRESHOLD: '1000000' },
  })
  const close = async () => {
    await gateway.stop()
    await mock.close()
  }
  return { mock, gateway, close }
}

/** Resets a key by SQL as operators do, once its failure has been written down, and waits until it is used again. */
export async function resetKey(
  { gateway }: Rig,
  name: string,
  worksAgain: () => Promise<boolean>,
): Promise<void> {
  const database = gateway.database()
  try {
    const state = database.query<{ status: string; models: number }, [string]>(
      `SELECT status, (SELECT count(*) FROM upstream_model_states
         WHERE upstream_key_id = upstream_keys.id) AS models
       FROM upstream_keys WHERE name = ?`,
    )
    // Of the key as a whole, or of one model at it.
    const failed = () => {
      const { status = '', models = 0 } = state.get(name) ?? {}
      return status !== 'healthy' || models > 0
    }
    await until(async () => failed(), `the failure of ${name} is stored`)
    database.run(
      "UPDATE upstream_keys SET status='healthy', failure_count=0, cooldown_until=NULL WHERE name = ?",
      [name],
    )
  } finally {
    database.close()
  }
  await until(worksAgain, `${name} is used again`)
}

async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  const lastMs = performance.now() + DEADLINE_MS
  while (!(await holds())) {
    if (performance.now() > lastMs)
      throw new Error(`waited ${DEADLINE_MS} ms in vain until ${what}`)
    await Bun.sleep(20)
  }
}
