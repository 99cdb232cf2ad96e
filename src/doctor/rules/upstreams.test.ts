/** UPS-1: what is found about upstream keys and the models of each. */
import { expect, test } from 'bun:test'
import { upstreamKey } from '../../../test/support/in-process/entities.ts'
import type { ModelState } from '../../core/entities.ts'
import { judgeUpstreams } from './upstreams.ts'

const NOW_MS = Date.UTC(2026, 10, 28)

const key = (id: number) =>
  upstreamKey(id, {
    name: `key-${id}`,
    provider: 'openai',
    baseUrl: 'https://api.openai.com/v1',
    models: null,
    headers: { 'x-team': 'a b', 'x-token': 'secret-1' },
  })
const state = (changes: Partial<ModelState>): ModelState => ({
  upstreamKeyId: 1,
  model: 'gpt-4o',
  status: 'cooldown',
  failureCount: 5,
  untilMs: NOW_MS + 60_000,
  lastError: 'status 502',
  ...changes,
})
const ACCEPTED = { ok: true, status: 200, latencyMs: 3, detail: '' }

const judged = (modelStates: readonly ModelState[], status = 200) =>
  judgeUpstreams({
    nowMs: NOW_MS,
    seen: [1, 2].map((id) => ({ key: key(id), probe: { ...ACCEPTED, status, ok: status < 300 } })),
    modelStates,
    wanted: [],
  })

test('a model that rests at one key is named, with its key, state and last error', () => {
  const found = judged([state({}), state({ model: 'o3', status: 'missing', upstreamKeyId: 2 })])
  expect(found.map(({ code, verdict }) => [code, verdict])).toEqual([
    ['ups.ok', 'ok'],
    ['ups.model', 'warning'],
    ['ups.ok', 'ok'],
    ['ups.model', 'warning'],
  ])
  expect(found[1]?.figures).toMatchObject({
    upstream: 'key-1',
    model: 'gpt-4o',
    state: 'cooldown',
    failures: 5,
    lastError: 'status 502',
    until: '2026-11-28T00:01:00.000Z',
  })
  expect(found[3]?.figures).toMatchObject({ upstream: 'key-2', model: 'o3', state: 'missing' })
})

test('a model whose rest is over is not named', () => {
  expect(judged([state({ untilMs: NOW_MS })]).map(({ code }) => code)).toEqual(['ups.ok', 'ups.ok'])
})

test.each(['refused', 'missing'] as const)(
  'credentials that are %s are named as such',
  (credentials) => {
    const detail = 'no credentials: the issuer is down'
    const probe = { ok: false, status: null, latencyMs: 3, detail, credentials }
    const found = judgeUpstreams({
      nowMs: NOW_MS,
      seen: [{ key: key(1), probe }],
      modelStates: [],
      wanted: [],
    })
    expect(found).toMatchObject([{ code: 'ups.credentials', figures: { detail } }])
  },
)
