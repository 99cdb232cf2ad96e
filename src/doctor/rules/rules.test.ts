/** Each rule: the evidence that makes its findings, without a process or a socket. */
import { expect, test } from 'bun:test'
import type { StreamSeen } from '../evidence.ts'
import type { Finding } from '../finding.ts'
import { judgeCertificates } from './certificates.ts'
import { judgeDatabase } from './database.ts'
import { judgeLimits } from './limits.ts'
import { judgeProxy } from './proxy.ts'
import { judgeQuotas } from './quotas.ts'
import { judgeStream } from './stream.ts'
import { judgeTimes } from './times.ts'

const codes = (findings: readonly Finding[]) => findings.map(({ code }) => code)

const STREAM: StreamSeen & { ok: true } = {
  ok: true,
  status: 200,
  code: null,
  reads: 50,
  firstMs: 5,
  spreadMs: 800,
  longestGapMs: 30,
  whole: true,
  proxy: 'server: nginx',
  fromGateway: true,
}
const streamed = (through: Partial<StreamSeen>) =>
  codes(
    judgeStream({
      url: 'http://127.0.0.1:8000',
      publicUrl: 'https://a.example',
      direct: STREAM,
      through: { ...STREAM, ...through },
      throughHttp2: null,
    }),
  )

test('a stream in fewer pieces with longer waits is buffered; merged reads alone are not', () => {
  expect(streamed({})).toEqual(['sse.ok'])
  expect(streamed({ reads: 20, longestGapMs: 45 })).toEqual(['sse.ok'])
  expect(streamed({ reads: 3, longestGapMs: 300 })).toEqual(['sse.buffered'])
  // Each chunk by itself, but all of them at the end, as nginx passes on what it has collected.
  expect(streamed({ spreadMs: 1, firstMs: 900 })).toEqual(['sse.buffered'])
  expect(streamed({ whole: false })).toEqual(['sse.cut'])
  expect(streamed({ status: 403 })).toEqual(['sse.refused'])
  expect(streamed({ status: 502, fromGateway: false })).toEqual(['sse.no-way'])
})

const LIMITS = {
  url: '',
  enabled: true,
  failOpen: true,
  anyDefault: true,
  redis: { host: 'r', port: 6379, seen: { ok: true as const, latencyMs: 1, policy: 'noeviction' } },
  tried: { ok: true as const, rpm: 3, statuses: [200, 200, 200, 429] },
  failOpenCount: 0,
  serverRedisHealthy: true,
  instances: 1,
}

test('limits: the fourth request must be refused, and by counters that all share', () => {
  expect(codes(judgeLimits(LIMITS))).toEqual(['lim.redis', 'lim.ok'])
  const open = { ok: true as const, rpm: 3, statuses: [200, 200, 200, 200] }
  expect(codes(judgeLimits({ ...LIMITS, tried: open }))).toContain('lim.open')
  const closed = { ok: true as const, rpm: 3, statuses: [503, 503, 503, 503] }
  expect(codes(judgeLimits({ ...LIMITS, tried: closed }))).toContain('lim.closed')
  expect(codes(judgeLimits({ ...LIMITS, redis: null, instances: 2 }))).toContain('lim.several')
  expect(codes(judgeLimits({ ...LIMITS, serverRedisHealthy: false }))).toContain('lim.server-lost')
  expect(codes(judgeLimits({ ...LIMITS, enabled: false }))).toEqual(['lim.off'])
})

const REPLY = { ok: true as const, status: 200, proxy: 'server: nginx', isGateway: true }
const BAD = { ...REPLY, status: 502, isGateway: false }
const proxied = (through: readonly (typeof REPLY | { ok: false; error: string })[]) =>
  codes(
    judgeProxy({
      url: 'http://127.0.0.1:8000',
      publicUrl: 'https://a.example',
      listens: '127.0.0.1:8000',
      direct: REPLY,
      services: {},
      through,
    }),
  )

test("another program on the gateway's port isn't mistaken for the gateway", () => {
  const direct = { ...REPLY, status: 200, isGateway: false }
  const evidence = { url: 'http://127.0.0.1:8000', publicUrl: null, listens: '127.0.0.1:8000' }
  expect(codes(judgeProxy({ ...evidence, direct, services: {}, through: [] }))).toEqual([
    'ngx.stranger',
  ])
})

test.each([
  [null, 'ngx.idle'],
  ['https://a.example', 'ngx.down'],
] as const)('a gateway that does not answer is a failure (PUBLIC_URL %j)', (publicUrl, code) => {
  const direct = { ok: false as const, error: 'ECONNREFUSED' }
  const evidence = { url: 'http://127.0.0.1:8000', publicUrl, listens: '', services: {} }
  const found = judgeProxy({ ...evidence, direct, through: [] })
  expect(found.map(({ code, verdict }) => [code, verdict])).toEqual([[code, 'failure']])
})

test('certificates are not judged well if nothing uses TLS', () => {
  const found = judgeCertificates({ nowMs: 0, publicUrl: null, hosts: [] })
  expect(found.map(({ code, verdict }) => [code, verdict])).toEqual([['tls.none', 'skipped']])
})

test('the proxy in front: all, some or none of the probes show the fault', () => {
  expect(proxied([REPLY, REPLY])).toEqual(['ngx.ok'])
  expect(proxied([REPLY, BAD, REPLY])).toEqual(['ngx.keep-alive'])
  expect(proxied([BAD, BAD])).toEqual(['ngx.bad-gateway'])
  expect(proxied([{ ...BAD, status: 404 }])).toEqual(['ngx.elsewhere'])
  expect(proxied([{ ok: false, error: 'ENOTFOUND' }])).toEqual(['ngx.name'])
  expect(proxied([{ ok: false, error: 'ECONNREFUSED' }])).toEqual(['ngx.proxy-down'])
})

const DAY_MS = 86_400_000
const certified = (changes: object) =>
  codes(
    judgeCertificates({
      nowMs: 100 * DAY_MS,
      publicUrl: 'https://a.example',
      hosts: [
        {
          host: 'a.example:443',
          name: 'a.example',
          upstream: false,
          seen: {
            ok: true,
            trusted: true,
            detail: 'trusted',
            issuer: 'X',
            names: 'DNS:a.example',
            fitsName: true,
            fromMs: 0,
            untilMs: 160 * DAY_MS,
            chain: 3,
            clockSkewS: 0,
            ...changes,
          },
        },
      ],
    }),
  )

test('certificates: ended, ending, of others, untrusted, and clocks that are wrong', () => {
  expect(certified({})).toEqual(['tls.ok'])
  expect(certified({ untilMs: 99 * DAY_MS })).toEqual(['tls.expired'])
  expect(certified({ untilMs: 105 * DAY_MS })).toEqual(['tls.soon'])
  expect(certified({ fromMs: 101 * DAY_MS })).toEqual(['tls.future'])
  expect(certified({ fitsName: false })).toEqual(['tls.name'])
  expect(certified({ trusted: false })).toEqual(['tls.untrusted'])
  expect(certified({ clockSkewS: -400 })).toEqual(['tls.clock'])
  expect(certified({ clockSkewS: 90 })).toEqual(['tls.clock', 'tls.ok'])
})

test('a host whose name is not resolved is not said to lack TLS', () => {
  expect(certified({ ok: false, error: 'ENOTFOUND' })).toEqual(['tls.no-name'])
  expect(certified({ ok: false, error: 'ECONNREFUSED' })).toEqual(['tls.unreachable'])
})

test('the database: its fault is reported alone, little space or a small pool with a good one', () => {
  const well = {
    place: 'PostgreSQL db:5432/gpt_proxy',
    path: '/data',
    user: '1:1',
    host: 'db',
    port: 5432,
    dbUser: 'gpt_proxy',
    database: 'gpt_proxy',
    passed: [],
    fault: null,
    isNew: false,
    freeMb: 10_000,
    quarantined: [],
    pendingMigrations: [],
    malformed: [],
    latencyMs: 1,
    pool: { open: 10, most: 100, size: 10 },
  }
  expect(codes(judgeDatabase(well))).toEqual(['db.ok'])
  expect(codes(judgeDatabase({ ...well, freeMb: 5 }))).toEqual(['db.disk', 'db.ok'])
  const row = {
    table: 'api_keys',
    id: 3,
    reason: 'rpm must be a whole number',
    repair: 'update …;',
  }
  expect(codes(judgeDatabase({ ...well, malformed: [row] }))).toEqual([
    `db.row-${well.place.startsWith('SQLite') ? 'sqlite' : 'postgres'}`,
    'db.ok',
  ])
  const quarantined = ['0000000001.journal.damaged']
  expect(codes(judgeDatabase({ ...well, quarantined }))).toEqual(['db.set-aside', 'db.ok'])
  const crowded = { open: 95, most: 100, size: 10 }
  expect(codes(judgeDatabase({ ...well, pool: crowded }))).toEqual(['db.pool', 'db.ok'])
  expect(codes(judgeDatabase({ ...well, pendingMigrations: ['0004'] }))).toContain('db.migrations')
  const fault = { step: 'tls' as const, detail: 'x', remedy: 'y' }
  expect(codes(judgeDatabase({ ...well, fault }))).toEqual(['db.tls'])
})

const QUOTA = {
  month: '2027-01',
  resetMs: Date.UTC(2027, 1, 1),
  asked: 10,
  instances: 1,
  user: 'alice',
  requestId: null,
  request: null,
  quotas: [{ user: 'alice', active: true, quota: 100, used: 80, leased: 20 }],
  different: [],
  stale: { leases: 0, tokens: 0 },
}

test('a quota: a request must fit into the remaining tokens', () => {
  expect(codes(judgeQuotas(QUOTA))).toEqual(['quo.fits'])
  expect(codes(judgeQuotas({ ...QUOTA, asked: 21 }))).toEqual(['quo.spent'])
  expect(codes(judgeQuotas({ ...QUOTA, instances: 2 }))).toEqual(['quo.held'])
  expect(codes(judgeQuotas({ ...QUOTA, user: null }))).toEqual(['quo.ok'])
  const nearly = [{ user: 'alice', active: true, quota: 100, used: 95, leased: 0 }]
  expect(codes(judgeQuotas({ ...QUOTA, user: null, quotas: nearly }))).toEqual(['quo.nearly'])
})

test('times: noticeable ones are named, and all are summarised', () => {
  const quick = {
    minutes: 15,
    databaseMs: 1,
    redis: { host: 'r', port: 1, ms: 1 },
    loopMs: 1,
    overheadMs: 3,
    connects: [],
    upstreams: [{ upstream: 'a', model: 'm', requests: 9, firstTokenMs: 500, durationMs: 900 }],
  }
  expect(codes(judgeTimes(quick))).toEqual(['slow.ok'])
  const slow = {
    ...quick,
    databaseMs: 80,
    redis: { host: 'r', port: 1, ms: 40 },
    loopMs: 300,
    overheadMs: 400,
    connects: [{ upstream: 'a', baseUrl: 'https://a', ms: 900 }],
    upstreams: [{ upstream: 'a', model: 'm', requests: 9, firstTokenMs: 5_000, durationMs: 9_000 }],
  }
  expect(codes(judgeTimes(slow))).toEqual([
    'slow.database',
    'slow.redis',
    'slow.loop',
    'slow.overhead',
    'slow.connect',
    'slow.upstream',
    'slow.ok',
  ])
})
