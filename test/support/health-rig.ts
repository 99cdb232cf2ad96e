/** The health of two keys with a clock that the test sets, and a store that keeps what is saved. */
import type { UpstreamKey, UpstreamState } from '../../src/core/entities.ts'
import { type Failure, failure } from '../../src/core/failure.ts'
import { createKeyHealth, type KeyHealth } from '../../src/upstreams/health/health.ts'
import type { KeyStore, ModelStateChange } from '../../src/upstreams/key-store.ts'
import { upstreamKey } from './in-process/entities.ts'

export const MINUTE = 60_000
export const FRESH: UpstreamState = {
  status: 'healthy',
  failureCount: 0,
  totalRequests: 0,
  totalErrors: 0,
  cooldownUntilMs: null,
  lastError: null,
}
export const BROKEN = failure('server', 'status 500', { status: 500 })
export const REFUSED = failure('auth', 'status 401, invalid_api_key', { status: 401 })
const quiet = () => {}

export function keyAs(id: number, changes: Partial<UpstreamState> = {}, baseUrl = 'https://a/v1') {
  return upstreamKey(id, {
    name: `key-${id}`,
    baseUrl,
    models: null,
    state: { ...FRESH, ...changes },
  })
}
export const [ONE, TWO] = [keyAs(1), keyAs(2)]

interface Rig {
  health: KeyHealth
  clock: { nowMs: number }
  saved: [Map<number, UpstreamState>, ModelStateChange[]][]
  fail(key: UpstreamKey, model: string, failed: Failure, more?: Partial<FailedMore>): void
}
interface FailedMore {
  request: string
  mayMark: boolean
  times: number
}

export function healthRig(save: KeyStore['saveUpstreamStates'] = async () => {}): Rig {
  const clock = { nowMs: 1_000_000 }
  const saved: Rig['saved'] = []
  const health = createKeyHealth({
    store: {
      async saveUpstreamStates(states, models) {
        await save(states, models)
        saved.push([new Map(states), [...models]])
      },
    },
    clock: { nowMs: () => clock.nowMs },
    logger: { debug: quiet, info: quiet, warn: quiet, error: quiet, requestFinished: quiet },
    rules: { threshold: 5, cooldownMs: 5_000, maxCooldownMs: MINUTE },
  })
  health.adopt({ upstreamKeys: [ONE, TWO], modelStates: [] })
  return {
    health,
    clock,
    saved,
    fail(key, model, failed, { request = 'r', mayMark = true, times = 1 } = {}) {
      for (let time = 0; time < times; time++)
        health.failed(key, model, { failed, request, mayMark })
    },
  }
}
