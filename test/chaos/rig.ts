/** One mock with the gateway in front of it: each model has keys of its own, so that no test spoils another's. */
import { type Gateway, startGateway, type UpstreamSetting } from '../support/gateway.ts'
import {
  type Exchange,
  type MockUpstream,
  type Script,
  type Step,
  startMockUpstream,
} from '../support/mock/mock-upstream.ts'
import { waitFor } from '../support/waiting.ts'

export interface Rig {
  mock: MockUpstream
  gateway: Gateway
  close(): Promise<void>
}

export interface RigOptions {
  /** Model → how many keys serve it; their upstreams are called `MODEL-1`, `MODEL-2` … */
  models?: Record<string, number>
  /** Upstreams with an address or a provider of their own. */
  upstreams?: (mock: MockUpstream) => UpstreamSetting[]
  env?: Record<string, string>
  openFiles?: number
}

/** For the tests that are not about the breaker. */
export const NO_BREAKER = { CIRCUIT_BREAKER_THRESHOLD: '1000000' }

export async function startRig({
  models = {},
  upstreams,
  env = {},
  openFiles,
}: RigOptions): Promise<Rig> {
  const mock = await startMockUpstream()
  const named = Object.entries(models).flatMap(([model, keys]) =>
    Array.from({ length: keys }, (_, index) => keyOf(mock, model, index + 1)),
  )
  const gateway = await startGateway({
    upstreams: [...named, ...(upstreams?.(mock) ?? [])],
    // A request that hangs must not hold up the end of a test for half a minute.
    ...(openFiles !== undefined && { openFiles }),
    env: { ...NO_BREAKER, DRAIN_SECONDS: '2', ...env },
  })
  return {
    mock,
    gateway,
    async close() {
      mock.dropConnections()
      await gateway.stop()
      await mock.close()
    },
  }
}

function keyOf(mock: MockUpstream, model: string, number: number): UpstreamSetting {
  const name = `${model}-${number}`
  return { name, key: secretOf(name), baseUrl: mock.url, provider: 'compatible', models: [model] }
}

/** The upstream key of the upstream with this name. */
export function secretOf(name: string): string {
  return `sk-chaos-${name}-h7Kq2Zt9Wv4`
}

/** The steps of the first exchange from now, of the second, …; the last ones again for all that follow. */
export function inTurn(...turns: Step[][]): Script {
  let turn = 0
  return () => turns[Math.min(turn++, turns.length - 1)] ?? []
}

export interface UpstreamRow {
  status: string
  failure_count: number
  total_requests: number
  total_errors: number
  cooldown_until: string | null
  last_error: string | null
}

/** The state of an upstream key, once it is as `wanted` in the database. */
export function upstreamState(
  { gateway }: Rig,
  name: string,
  wanted: (row: UpstreamRow) => boolean,
): Promise<UpstreamRow> {
  return waitFor(`the wanted state of ${name}`, () => {
    const row = readState(gateway, name)
    return wanted(row) ? row : null
  })
}

function readState(gateway: Gateway, name: string): UpstreamRow {
  const database = gateway.database()
  try {
    const row = database
      .query<UpstreamRow, [string]>('SELECT * FROM upstream_keys WHERE name = ?')
      .get(name)
    if (row === null) throw new Error(`no upstream ${name}`)
    return row
  } finally {
    database.close()
  }
}

export interface ModelRow {
  status: string
  failure_count: number
  cooldown_until: string
  last_error: string | null
}

/** The state of a model at an upstream key, once it is not healthy in the database. */
export function modelState({ gateway }: Rig, name: string, model: string): Promise<ModelRow> {
  return waitFor(`the state of ${model} at ${name}`, () => {
    const database = gateway.database()
    try {
      return database
        .query<ModelRow, [string, string]>(
          `SELECT state.* FROM upstream_model_states state
             JOIN upstream_keys key ON key.id = state.upstream_key_id
           WHERE key.name = ? AND state.model = ?`,
        )
        .get(name, model)
    } finally {
      database.close()
    }
  })
}

/** What reached the mock since `from`. */
export function since(mock: MockUpstream, from: number): Exchange[] {
  return mock.ledger.slice(from)
}
