/** If the first token is late, a second target is asked as well, and the answer that begins first is taken. */
import { describe, expect, test } from 'bun:test'
import { modelOf, modelTarget, upstreamKey } from '../../../test/support/in-process/entities.ts'
import { DONE, inProcess, piece, streamed } from '../../../test/support/in-process/gateway.ts'
import type { Part } from '../../../test/support/in-process/scripted-transport.ts'
import { createHedgeBudget } from '../../upstreams/retry-budget.ts'
import { TransportError } from '../../upstreams/transport.ts'
import type { Services } from '../services.ts'

const LATE_MS = 60
const BODY = streamed({ model: 'fast' })

/** After `waitMs`, an answer that names its upstream. */
const answer = (id: number, waitMs = 0): Part[] => [
  ...(waitMs > 0 ? [{ waitMs }] : []),
  piece(`from ${id}`),
  piece('', 'stop'),
  DONE,
]
type Replies = Readonly<Record<number, () => readonly Part[] | TransportError>>

async function rig(replies: Replies, more: Partial<Services> = {}) {
  const counted: string[] = []
  const metrics = new Proxy({} as Services['metrics'], {
    get: (_, name) => (value: unknown) => void counted.push(`${String(name)} ${value}`),
  })
  const ids = Object.keys(replies).map(Number)
  const idOf = (url: string) => Number(/up-(\d)/.exec(url)?.[1])
  const gateway = await inProcess(
    ({ url }) => {
      const reply = replies[idOf(url)]?.() ?? []
      return reply instanceof Error
        ? reply
        : { headers: { 'content-type': 'text/event-stream' }, body: reply }
    },
    {
      upstreams: ids.map((id) => upstreamKey(id)),
      models: [
        modelOf(
          ids.map((id) => modelTarget(id)),
          { firstTokenMs: LATE_MS, firstTokenAction: 'hedge' },
        ),
      ],
      services: { metrics, hedgeBudget: createHedgeBudget(1), ...more },
    },
  )
  const sentTo = () => gateway.transport.sent.map(({ url }) => idOf(url))
  return { ...gateway, counted, sentTo }
}

describe('a request whose first token is late', () => {
  test('is sent to one target alone if that is in time', async () => {
    const { ask, sentTo, counted } = await rig({ 1: () => answer(1), 2: () => answer(2) })
    expect((await ask(BODY)).text).toContain('from 1')
    expect(sentTo()).toEqual([1])
    expect(counted.filter((line) => line.startsWith('hedged'))).toEqual([])
  })

  test('is answered by the second if that begins first, and the first is cancelled before a byte is sent', async () => {
    const { ask, sentTo, transport, counted } = await rig({
      1: () => ['stall'],
      2: () => answer(2),
    })
    const cancelledAtWrites: number[] = []
    const onWrite = () => cancelledAtWrites.push(transport.cancelled)
    const { text, record } = await ask(BODY, { onWrite })
    expect(text).toContain('from 2')
    expect(text).not.toContain('from 1')
    expect(sentTo()).toEqual([1, 2])
    expect(cancelledAtWrites[0]).toBe(1)
    expect(record?.attempts).toMatchObject([
      {
        ...{ upstream: 'up-1', failure: 'hedged: another target answered first' },
        used: { model: 'm', provider: 'compatible', promptTokens: 2, charged: 'nothing' },
      },
      { upstream: 'up-2', failure: null },
    ])
    expect(record?.upstream).toBe('up-2')
    expect(counted.filter((line) => line.startsWith('hedged'))).toEqual([
      'hedgedTokens 2',
      'hedged second',
    ])
  })

  test('is answered by the first if that begins first after all', async () => {
    const { ask, transport, counted } = await rig({
      1: () => answer(1, LATE_MS + 40),
      2: () => ['stall'],
    })
    const { text, record } = await ask(BODY)
    expect(text).toContain('from 1')
    expect(transport.cancelled).toBe(1)
    expect(counted).toContain('hedged first')
    expect(record?.attempts.map(({ upstream, failure }) => [upstream, failure])).toEqual([
      ['up-2', 'hedged: another target answered first'],
      ['up-1', null],
    ])
  })

  test('is answered by the one that is left if the other fails', async () => {
    const reset = () => new TransportError('refused', 'refused', false)
    const { ask, sentTo } = await rig({ 1: () => answer(1, LATE_MS + 60), 2: reset })
    const { text, record } = await ask(BODY)
    expect(text).toContain('from 1')
    expect(sentTo()).toEqual([1, 2])
    expect(record?.attempts.map(({ failure }) => failure)).toEqual(['connect: refused', null])
  })

  test('tries the third target if both fail', async () => {
    const { ask, sentTo } = await rig({
      1: () => [{ waitMs: LATE_MS + 30 }, 'cut'],
      2: () => ['cut'],
      3: () => answer(3),
    })
    expect((await ask(BODY)).text).toContain('from 3')
    expect(sentTo().toSorted()).toEqual([1, 2, 3])
  })

  test('is not sent twice if it fails before that: the next target replaces it', async () => {
    const { ask, sentTo, counted } = await rig({ 1: () => ['cut'], 2: () => answer(2) })
    expect((await ask(BODY)).text).toContain('from 2')
    expect(sentTo()).toEqual([1, 2])
    expect(counted.filter((line) => line.startsWith('hedged'))).toEqual([])
  })

  test('leaves both upstreams when its client goes, and blames neither', async () => {
    const { services, ask, transport } = await rig({
      1: () => ['stall'],
      2: () => [': comment\n\n', 'stall'],
    })
    const { record } = await ask(BODY, { onWrite: (_, leave) => leave() })
    expect(record?.outcome).toBe('aborted')
    expect(transport.cancelled).toBe(2)
    for (const id of [1, 2]) {
      const key = upstreamKey(id)
      expect(services.health.admission(key, 'm')).toBe('allow')
      expect(services.health.state(id)?.failureCount ?? 0).toBe(0)
    }
  })
})

describe('the budget', () => {
  test('bounds the share of requests that are sent twice', async () => {
    const { ask, sentTo } = await rig(
      { 1: () => answer(1, LATE_MS + 20), 2: () => answer(2) },
      { hedgeBudget: createHedgeBudget(0.1) },
    )
    const REQUESTS = 100
    await Promise.all(Array.from({ length: REQUESTS }, () => ask(BODY)))
    const twice = sentTo().length - REQUESTS
    expect(twice).toBeGreaterThanOrEqual(9)
    expect(twice).toBeLessThanOrEqual(11)
  })

  test('of 0 allows none, and a request then waits for its first target', async () => {
    const { ask, sentTo } = await rig(
      { 1: () => answer(1, LATE_MS + 20), 2: () => answer(2) },
      { hedgeBudget: createHedgeBudget(0) },
    )
    expect((await ask(BODY)).text).toContain('from 1')
    expect(sentTo()).toEqual([1])
  })
})

test('a client that rules fallback out is not hedged', async () => {
  const { ask, sentTo } = await rig({ 1: () => answer(1, LATE_MS + 20), 2: () => answer(2) })
  const headers = { 'x-gpt-proxy-no-fallback': 'true' }
  expect((await ask(BODY, { headers })).text).toContain('from 1')
  expect(sentTo()).toEqual([1])
})
