/** GET /v1/models from upstreams: keys are tried in turn, once for many requests, and no key is echoed. */
import { afterAll, describe, expect, test } from 'bun:test'
import {
  type Exchange,
  jsonReply,
  rawReply,
  type Step,
} from '../../../support/mock/mock-upstream.ts'
import { sendRaw } from '../../../support/raw-client.ts'
import { waitFor } from '../../../support/waiting.ts'
import { secretOf, since, startRig, upstreamState } from '../../rig.ts'
import { leakForms } from '../../secrets/leaking.ts'

const NAMES = ['gone', 'narrow', 'good', 'leaking', 'garbled'] as const
type Name = (typeof NAMES)[number]
/** Keys that serve any model. The first three are of one target, the others of one each. */
const rig = await startRig({
  upstreams: (mock) =>
    NAMES.map((name, index) => ({
      name,
      key: secretOf(name),
      baseUrl: index < 3 ? mock.url : `${mock.url}/${name}`,
      provider: 'compatible',
    })),
})
afterAll(() => rig.close(), 20_000)
const { gateway, mock } = rig

const list = (...ids: string[]) =>
  jsonReply(200, { object: 'list', data: ids.map((id) => ({ id, object: 'model' })) })
const refusing = (status: number, code: string | null) =>
  jsonReply(status, { error: { message: 'no', type: 'invalid_request_error', code } })
const formsOf = (name: Name) => leakForms(secretOf(name)).map(([, text]) => text)
const garble = `"list": ${formsOf('garbled').join(' ')}`

const ANSWERS: Record<Name, () => Step[]> = {
  gone: () => refusing(401, 'invalid_api_key'),
  // As a key of OpenAI answers that may use models, but not list them.
  narrow: () => refusing(403, null),
  good: () => [{ waitMs: 100 }, ...list('one', 'two')],
  leaking: () =>
    jsonReply(200, {
      object: 'list',
      data: [
        ...formsOf('leaking').map((leak) => ({ id: `of ${leak}`, [leak]: [leak] })),
        null,
        { id: 7 },
      ],
    }),
  garbled: () => rawReply(`HTTP/1.1 200 OK\ncontent-length: ${garble.length}`, garble),
}
const nameOf = ({ headers }: Exchange) =>
  NAMES.find((name) => headers.authorization === `Bearer ${secretOf(name)}`) as Name
mock.script((exchange) => (exchange.path.endsWith('/models') ? ANSWERS[nameOf(exchange)]() : []))

const authorization = `Bearer ${gateway.proxyKey}`
async function listed(key = authorization) {
  const response = await fetch(`${gateway.baseUrl}/models`, { headers: { authorization: key } })
  return { status: response.status, headers: response.headers, text: await response.text() }
}
const idsIn = (text: string) => JSON.parse(text).data.map(({ id }: { id: string }) => id)

describe('many clients at once', () => {
  test('get one list, fetched once, from the first key of a target that returns it', async () => {
    // Leaves while the others wait for the same list.
    const leaving = await sendRaw(
      gateway.port,
      `GET /v1/models HTTP/1.1\r\nhost: x\r\nauthorization: ${authorization}\r\n\r\n`,
    )
    await mock.exchangeArrived(0)
    leaving.reset()
    const replies = await Promise.all(Array.from({ length: 20 }, () => listed()))
    for (const { status, text } of replies) {
      expect(status).toBe(200)
      expect(idsIn(text)).toEqual(expect.arrayContaining(['one', 'two']))
    }
    expect(since(mock, 0).map(nameOf).sort()).toEqual([...NAMES].sort())
  })

  test('and later ones get the same list, until the keys of its target change', async () => {
    const from = mock.ledger.length
    await listed()
    expect(since(mock, from).map(nameOf)).not.toContain('good')
    const added = ['upstream', 'add', 'another', '--provider', 'compatible', '--base-url', mock.url]
    const { exitCode } = await gateway.cli(added, { stdin: secretOf('good') })
    expect(exitCode).toBe(0)
    await waitFor('its list to be asked for again', async () => {
      await listed()
      return since(mock, from).map(nameOf).includes('good')
    })
  })
})

test('a key that was refused is marked, and one that may not list is not', async () => {
  const gone = await upstreamState(rig, 'gone', ({ status }) => status === 'invalid')
  expect(gone.last_error).toContain('401')
  expect(await upstreamState(rig, 'good', () => true)).toMatchObject({ status: 'healthy' })
  const narrow = await upstreamState(rig, 'narrow', () => true)
  expect(narrow).toMatchObject({ status: 'healthy', failure_count: 0 })
})

test("no form of a key in an upstream's list reaches a client or the log", async () => {
  const { text, headers } = await listed()
  expect(text).toContain('[redacted]')
  expect(gateway.logs()).toContain('no list of models')
  const everything = [text, JSON.stringify([...headers]), gateway.logs()].join('\n')
  for (const leak of [...formsOf('leaking'), ...formsOf('garbled')])
    expect(everything).not.toContain(leak)
})

test('entries without a name are left out', async () => {
  expect(idsIn((await listed()).text)).not.toContain(7)
})

test('it counts as a request of its proxy key', async () => {
  const { stdout } = await gateway.cli(['key', 'create', 'default', '--rpm', '2', '--json'])
  const { key } = JSON.parse(stdout) as { key: string }
  const replies: Awaited<ReturnType<typeof listed>>[] = []
  while (replies.filter(({ status }) => status !== 401).length < 3)
    replies.push(await listed(`Bearer ${key}`))
  const [first, , third] = replies.filter(({ status }) => status !== 401)
  expect(first?.headers.get('x-ratelimit-remaining-requests')).toBe('1')
  expect(third?.status).toBe(429)
  expect(third?.headers.get('retry-after')).not.toBeNull()
  expect(JSON.parse(third?.text ?? '').error.code).toBe('rate_limit_exceeded')
})
