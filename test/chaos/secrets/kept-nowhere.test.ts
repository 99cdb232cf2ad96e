/** Prompts, answers and keys pass through every kind of request, on both databases: none is stored or logged. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { rawReply } from '../../support/mock/mock-replies.ts'
import {
  chatChunks,
  chatCompletion,
  jsonReply,
  type Step,
  sseReply,
} from '../../support/mock/mock-upstream.ts'
import { type PostgresServer, startPostgres } from '../../support/servers/postgres-server.ts'
import { ask, BOTH } from '../asking.ts'
import { type Rig, secretOf, startRig } from '../rig.ts'
import { keptOf } from './kept-of-requests.ts'
import { leakForms, PLACES } from './leaking.ts'

const PROMPT = 'canary-prompt-Wq7Lm2Zx'
const ANSWER = 'canary-answer-Tb4Rk9Vs'
const MESSAGES = [
  { role: 'system', content: `${PROMPT} as a system` },
  { role: 'user', content: [{ type: 'text', text: `Say ${PROMPT}` }] },
]

/** Good answers, bad ones, and refusals that say the prompt back. */
const ANSWERS: [string, () => Step[]][] = [
  ['a whole answer', () => jsonReply(200, chatCompletion(ANSWER))],
  ['a stream', () => sseReply(chatChunks(`${ANSWER} and more`, { usage: true }))],
  ['a stream without its end', () => sseReply(chatChunks(`${ANSWER} and more`).slice(0, 2))],
  ['an event that is no JSON', () => sseReply([`{"choices": ${ANSWER} ${PROMPT}`])],
  ['no JSON at all', () => rawReply(`HTTP/1.1 200 OK\ncontent-length: ${ANSWER.length}`, ANSWER)],
  ...[400, 404, 413, 422, 500, 503].map((status): [string, () => Step[]] => [
    `a ${status} that says both back`,
    () =>
      jsonReply(status, {
        error: { message: PROMPT + ANSWER, type: ANSWER, code: `no ${PROMPT}`, param: ANSWER },
      }),
  ]),
  ['an error event', () => sseReply([JSON.stringify({ error: { message: PROMPT + ANSWER } })])],
]

describe.each(['SQLite', 'PostgreSQL'])('on %s', (database) => {
  let rig: Rig
  let server: PostgresServer | null = null
  beforeAll(async () => {
    server = database === 'SQLite' ? null : await startPostgres({ settings: ['fsync=off'] })
    const env = { DATABASE_URL: server?.url() ?? '', ENCRYPTION_KEY: '0123456789abcdef'.repeat(4) }
    rig = await startRig({ models: { leaky: 1 }, env: { LOG_LEVEL: 'debug', ...(server && env) } })
  }, 60_000)
  afterAll(async () => {
    await rig.close()
    await server?.close()
  }, 60_000)

  const query = (sql: string) => {
    if (server !== null) return server.sql(sql)
    using reading = rig.gateway.database()
    return reading.query<Record<string, unknown>, []>(sql).all()
  }

  test('every kind of request was made', async () => {
    const body = { messages: MESSAGES, user: PROMPT }
    for (const [, steps] of ANSWERS) {
      rig.mock.script(steps)
      await Promise.all(BOTH.map(([, stream]) => ask(rig.gateway, 'leaky', { stream, body })))
    }
    const seen = rig.mock.ledger.filter(({ body }) => body.includes(PROMPT))
    expect(seen.length).toBeGreaterThanOrEqual(ANSWERS.length * 2)
    // Refused by the gateway itself.
    await ask(rig.gateway, 'leaky', { body: { messages: PROMPT } })
    await ask(rig.gateway, 'nobody-serves-this', { body: { messages: MESSAGES } })
    const { baseUrl, proxyKey } = rig.gateway
    const broken = await fetch(`${baseUrl}/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${proxyKey}` },
      body: `{"model":"leaky","messages":"${PROMPT}`,
    })
    expect(broken.status).toBe(400)
    await broken.arrayBuffer()
  }, 60_000)

  test('every form of the key was echoed in every place', async () => {
    const leaks = leakForms(secretOf('leaky-1')).map(([, leak]) => leak)
    for (const [, steps] of PLACES) {
      let turn = 0
      // Also where some are asked again, each form is said at least once.
      rig.mock.script(() => steps(leaks[turn++ % leaks.length] ?? ''))
      await Promise.all(leaks.map(() => ask(rig.gateway, 'leaky')))
      expect(turn).toBeGreaterThanOrEqual(leaks.length)
    }
  }, 60_000)

  test('neither logs, metrics, rows, journal nor files hold any of it', async () => {
    rig.mock.script(() => jsonReply(200, chatCompletion(ANSWER)))
    const { status, headers, text } = await ask(rig.gateway, 'leaky', {
      body: { messages: MESSAGES },
    })
    expect(status).toBe(200)
    expect(text).toContain(ANSWER)
    const kept = await keptOf(rig.gateway, query, headers.get('x-request-id') ?? '')
    const secrets = [PROMPT, ANSWER, ...leakForms(secretOf('leaky-1')).map(([, leak]) => leak)]
    const found = Object.entries(kept).flatMap(([place, content]) =>
      secrets.filter((secret) => content.includes(secret)).map((secret) => `${secret} in ${place}`),
    )
    expect(found).toEqual([])
  }, 60_000)
})
