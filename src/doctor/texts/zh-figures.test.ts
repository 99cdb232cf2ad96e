/** No English words of ours are left inside Chinese sentences. */
import { expect, test } from 'bun:test'
import { type Figures, failing, ok, warning } from '../finding.ts'
import { viewOf } from '../report.ts'
import type { TextKey } from './texts.ts'
import { figureInChinese } from './zh-figures.ts'

/** Names of programs, protocols, units, settings and addresses, and what is quoted of other programs. */
const ALLOWED =
  /https?:\S+|maxmemory-policy|noeviction|token|nginx|server:|usage_monthly|\b[A-Z][A-Za-z_]+\b|m-\d|\bs\b/g

const FINDINGS: readonly (readonly [TextKey, Figures])[] = [
  ['lim.ok', { rpm: 3, statuses: '200, 200, 200, 429', where: 'memory' }],
  ['lim.untested', { reason: 'limits are switched off' }],
  ['lim.untested', { reason: 'no gateway of this store answers at http://a' }],
  ['lim.redis-away', { place: '127.0.0.1:6379', error: 'no answer in time', failOpen: true }],
  ['enc.ok', { source: 'variable', keyId: '12345678', rows: 3 }],
  ['enc.ok', { source: 'file', keyId: '12345678', rows: 3 }],
  ['db.ok', { place: 'SQLite', steps: 'folder, disk, write', latencyMs: 0.1234, pool: 'SQLite' }],
  [
    'db.ok',
    {
      place: 'PostgreSQL',
      steps: 'name, tcp, tls, password, database',
      latencyMs: 2,
      pool: '3/100',
    },
  ],
  ['db.tcp', { place: 'PostgreSQL', detail: 'nothing listens there', remedy: 'start PostgreSQL' }],
  ['db.row', { table: 'X', row: 3, reason: 'weight must be a whole number, 0 or more' }],
  ['ngx.degraded', { url: 'http://a', services: 'database unhealthy, redis degraded' }],
  [
    'ngx.down',
    {
      url: 'http://a',
      error: 'ECONNREFUSED',
      publicUrl: 'https://b',
      seen: 'status 502 (server: nginx)',
    },
  ],
  ['ngx.keep-alive', { bad: 1, tries: 6, publicUrl: 'https://b', status: 'no answer' }],
  ['ngx.elsewhere', { publicUrl: 'https://b', status: 404, proxy: 'it does not say its name' }],
  ['sse.refused', { where: 'directly', status: 429, code: 'no code' }],
  ['sse.refused', { where: 'through https://b', status: 429, code: 'no code' }],
  ['ups.unreachable', { upstream: 'm-1', baseUrl: 'https://b', detail: 'connection refused' }],
  [
    'ups.unreachable',
    { upstream: 'm-1', baseUrl: 'https://b', detail: 'no connection in time (limit 5000 ms)' },
  ],
  [
    'ups.strange',
    {
      upstream: 'm-1',
      baseUrl: 'https://b',
      status: 404,
      detail: 'it answers, but has no list of models; check the base URL',
    },
  ],
  ['ups.invalid', { upstream: 'm-1', state: 'invalid', lastError: '-' }],
  [
    'quo.record',
    {
      request: '1',
      user: 'm-1',
      model: 'm-1',
      reserved: 1,
      used: 1,
      status: 200,
      outcome: 'upstream_error',
    },
  ],
]

test.each(FINDINGS)('%s', (code, figures) => {
  const { seen } = viewOf(failing(code, figures), 'zh')
  expect(seen.replaceAll(ALLOWED, '').match(/[A-Za-z]{2,}/g) ?? []).toEqual(
    code === 'db.row' ? ['weight'] : [],
  )
})

test('names stay as they are, whatever they mean', () => {
  const { seen } = viewOf(ok('quo.unlimited', { user: 'memory' }), 'zh')
  expect(seen).toContain('memory')
  expect(figureInChinese('upstream', 'file')).toBe('file')
})

test('numbers have one decimal at most, and a space before their unit in English', () => {
  const slow = warning('slow.database', { ms: 51.23456789 })
  expect(viewOf(slow, 'en').seen).toContain('51.2 ms')
  expect(viewOf(slow, 'zh').seen).toContain('51.2 毫秒')
})
