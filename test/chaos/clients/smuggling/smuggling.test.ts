/** Hundreds of ambiguous requests: each is refused, or served as exactly one; none hides another. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { connectRaw, type RawReply } from '../../../support/raw-client.ts'
import { waitFor } from '../../../support/waiting.ts'
import { ask, QUESTION } from '../../asking.ts'
import { startRig } from '../../rig.ts'
import type { Attack } from './attack.ts'
import { attacks } from './cases.ts'

const AT_ONCE = 40
/** A request whose end is not in sight is waited for no longer; the gateway gives it less. */
const PATIENCE_MS = 2_500
const rig = await startRig({ models: { plain: 1 }, env: { CLIENT_BODY_TIMEOUT_MS: '400' } })
afterAll(() => rig.close(), 20_000)
const { gateway, mock } = rig
const bodyOf = (user: string) => JSON.stringify({ model: 'plain', messages: QUESTION, user })
const ATTACKS = attacks(gateway.proxyKey, bodyOf)

interface Seen {
  attack: Attack
  replies: RawReply[]
  closed: boolean
  malformed: string | null
}

const seen: Seen[] = []

beforeAll(async () => {
  const waiting = [...ATTACKS]
  const work = async () => {
    for (let attack = waiting.shift(); attack !== undefined; attack = waiting.shift())
      seen.push(await perform(attack))
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
}, 60_000)

async function perform(attack: Attack): Promise<Seen> {
  const client = await connectRaw(gateway.port)
  client.write(Buffer.from(attack.bytes, 'latin1'))
  let malformed: string | null = null
  const replies = () => {
    try {
      return client.replies()
    } catch (error) {
      malformed = String(error)
      return []
    }
  }
  await waitFor('an answer', () => client.isClosed() || replies().length > 0, PATIENCE_MS).catch(
    () => false,
  )
  // What is hidden would be answered next; closing follows an error at once.
  await waitFor('more', () => client.isClosed() || replies().length > 1, 150).catch(() => false)
  const result = { attack, replies: replies(), closed: client.isClosed(), malformed }
  client.reset()
  return result
}

test('there are more than three hundred of them', () => {
  expect(ATTACKS.length).toBeGreaterThanOrEqual(300)
  expect(seen).toHaveLength(ATTACKS.length)
})

test('no hidden request ever reached the upstream', () => {
  expect(
    mock.ledger.filter(({ body, path }) => body.includes('smuggled') || path.includes('smuggled')),
  ).toEqual([])
  expect(mock.strayBytes()).not.toContain('smuggled')
})

test('every answer is well-formed, and none gets two', () => {
  const wrong = seen.filter(({ replies, malformed }) => malformed !== null || replies.length > 1)
  expect(
    wrong.map(({ attack, replies, malformed }) => [
      attack.name,
      replies.map(({ status }) => status),
      malformed,
    ]),
  ).toEqual([])
})

test('what reached the upstream was one whole honest request', () => {
  const users = mock.ledger.map(({ body }) => (JSON.parse(body) as { user: string }).user)
  expect(users.length).toBeGreaterThan(10)
  expect(new Set(users).size).toBe(users.length)
  for (const { body, method, path, headers } of mock.ledger) {
    const { user } = JSON.parse(body) as { user: string }
    expect(user).toStartWith('case-')
    expect(body).toBe(bodyOf(user))
    expect(`${method} ${path}`).toBe('POST /v1/chat/completions')
    // The gateway's own, which names it alone: no case brings one along.
    const { 'x-gpt-proxy-via': via, ...others } = headers
    expect(via).toMatch(/^[0-9a-f]{16}$/)
    expect(Object.keys(others).filter((name) => name.startsWith('x-'))).toEqual([])
  }
})

describe('malformed requests', () => {
  const mustReject = () => seen.filter(({ attack }) => attack.verdict === 'reject')

  test('is never served', () => {
    const served = mustReject().filter(({ replies }) => replies.some(({ status }) => status < 400))
    expect(served.map(({ attack, replies }) => [attack.name, replies[0]?.status])).toEqual([])
  })

  test('is refused and its connection closed', () => {
    const open = mustReject().filter(({ closed }) => !closed)
    expect(open.map(({ attack, replies }) => [attack.name, replies[0]?.status])).toEqual([])
  })
})

test('unusual requests are answered, or their connection is closed', () => {
  const silent = seen.filter(({ replies, closed }) => replies.length === 0 && !closed)
  expect(silent.map(({ attack }) => attack.name)).toEqual([])
})

test('afterwards the gateway serves as before', async () => {
  expect((await ask(gateway, 'plain')).status).toBe(200)
})
