/** Upstreams that break HTTP's framing: no byte of one answer ever reaches another client. */
import { afterAll, describe, expect, test } from 'bun:test'
import {
  chatChunks,
  chatCompletion,
  jsonReply,
  rawReply,
  type Step,
  sseReply,
} from '../../support/mock/mock-upstream.ts'
import { waitFor } from '../../support/waiting.ts'
import { ask, BOTH } from '../asking.ts'
import { since, startRig } from '../rig.ts'

const rig = await startRig({ models: { framed: 1 } })
afterAll(() => rig.close(), 20_000)
const { gateway, mock } = rig
const good = (stream: boolean) =>
  stream ? sseReply(chatChunks('hello')) : jsonReply(200, chatCompletion('hello'))
const CANARY_REPLY =
  'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 17\r\n\r\n{"stolen":"CANARY'
const JSON_HEAD = 'HTTP/1.1 200 OK\ncontent-type: application/json'

const EXCESS: [string, Step[]][] = [
  [
    'a second reply after the first',
    [...jsonReply(200, chatCompletion('hello')), { write: CANARY_REPLY }],
  ],
  ['excess bytes in one write', rawReply(`${JSON_HEAD}\ncontent-length: 2`, `{}${CANARY_REPLY}`)],
  ['bytes after the last chunk', [...sseReply(chatChunks('hello')), { write: CANARY_REPLY }]],
  [
    'two content-lengths',
    rawReply(
      `${JSON_HEAD}\ncontent-length: 2\ncontent-length: ${CANARY_REPLY.length + 2}`,
      `{}${CANARY_REPLY}`,
    ),
  ],
  [
    'content-length beside chunks',
    rawReply(
      `${JSON_HEAD}\ncontent-length: 2\ntransfer-encoding: chunked`,
      `2\r\n{}\r\n0\r\n\r\n${CANARY_REPLY}`,
    ),
  ],
]

describe.each(EXCESS)('%s', (_, steps) => {
  test.each(BOTH)(
    'ends its connection and never reaches the next client (%s)',
    async (_, stream) => {
      const from = mock.ledger.length
      mock.script(() => steps)
      const first = await ask(gateway, 'framed', { stream })
      for (const exchange of since(mock, from)) await mock.closedByPeer(exchange)
      mock.script(() => good(stream))
      for (let next = 0; next < 5; next++) {
        const answer = await ask(gateway, 'framed', { stream })
        expect(answer.status).toBe(200)
        expect(answer.text).toContain('hello')
        expect(answer.text).not.toContain('CANARY')
        expect(answer.headers.get('x-request-id')).not.toBe(first.headers.get('x-request-id'))
      }
    },
  )
})

test.each(BOTH)(
  'an unrequested reply on an idle connection is not the next answer (%s)',
  async (_, stream) => {
    mock.script(() => good(stream))
    for (let round = 0; round < 10; round++) {
      await ask(gateway, 'framed', { stream })
      mock.writeUnsolicited(CANARY_REPLY)
      const answer = await ask(gateway, 'framed', { stream })
      expect(answer.text).not.toContain('CANARY')
      expect(answer.status).toBe(200)
      expect(answer.text).toContain('hello')
    }
  },
)

describe.each(BOTH)('a content-length that is wrong (%s)', (_, stream) => {
  test('too long: the response is incomplete and is never treated as complete', async () => {
    mock.script(() => [
      ...rawReply(`${JSON_HEAD}\ncontent-length: 5000`, JSON.stringify(chatCompletion('CANARY'))),
      'fin',
    ])
    const answer = await ask(gateway, 'framed', { stream })
    expect(answer.status).toBe(502)
    expect(answer.error().code).toBe('upstream_error')
    expect(answer.text).not.toContain('CANARY')
  })

  test('too short: the cut JSON is not an answer', async () => {
    mock.script(() =>
      rawReply(`${JSON_HEAD}\ncontent-length: 20`, JSON.stringify(chatCompletion('CANARY'))),
    )
    const answer = await ask(gateway, 'framed', { stream })
    expect(answer.status).toBe(502)
    mock.script(() => good(stream))
    for (let next = 0; next < 5; next++) {
      const later = await ask(gateway, 'framed', { stream })
      expect(later).toMatchObject({ status: 200 })
      expect(later.text).not.toContain('CANARY')
    }
  })

  test.each(['-1', '2, 3', 'two', '99999999999999999999'])(
    '%s: is not an answer',
    async (length) => {
      mock.script(() => [
        ...rawReply(`${JSON_HEAD}\ncontent-length: ${length}`, '{"a":"CANARY"}'),
        'fin',
      ])
      const answer = await ask(gateway, 'framed', { stream })
      expect(answer.status).toBe(502)
      expect(answer.text).not.toContain('CANARY')
    },
  )
})

test('an upstream that closes idle connections costs no request', async () => {
  mock.script(() => jsonReply(200, chatCompletion('hello')))
  for (let round = 0; round < 20; round++) {
    const from = mock.ledger.length
    expect(await ask(gateway, 'framed')).toMatchObject({ status: 200 })
    expect(since(mock, from).length).toBeLessThanOrEqual(2)
    mock.dropConnections()
    await waitFor('the connections to be gone', () => mock.connections() === 0)
  }
})
