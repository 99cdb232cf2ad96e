/** Copies of requests for mirrors: they never delay or charge the client, and are recorded apart. */
import { expect, test } from 'bun:test'
import { modelOf, modelTarget, upstreamKey } from '../../test/support/in-process/entities.ts'
import {
  chat,
  completion,
  DONE,
  inProcess,
  piece,
  streamed,
  usageEvent,
} from '../../test/support/in-process/gateway.ts'
import { waitFor } from '../../test/support/waiting.ts'
import type { ModelTarget } from '../core/entities.ts'
import { TransportError } from '../upstreams/transport.ts'
import type { Services } from './services.ts'

async function rig(
  mirror: Partial<ModelTarget>,
  mirrorSays: () => Promise<string> | TransportError,
) {
  const counted: string[] = []
  const metrics = new Proxy({} as Services['metrics'], {
    get: (_, name) => (value: unknown) => void counted.push(`${String(name)} ${value}`),
  })
  const gateway = await inProcess(
    async ({ url }) => {
      if (!url.includes('up-2')) return { body: completion('real') }
      const said = mirrorSays()
      return said instanceof Error ? said : { body: await said }
    },
    {
      upstreams: [upstreamKey(1), upstreamKey(2)],
      models: [modelOf([modelTarget(1), modelTarget(2, { mirrorPercent: 100, ...mirror })])],
      services: { metrics, quotas: CHARGES.quotas },
    },
  )
  const copies = () => gateway.kept.records.filter(({ endpoint }) => endpoint === 'mirror')
  return { ...gateway, counted, copies }
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 0))

/** Notes what is charged to users. */
const CHARGES = {
  charged: [] as number[],
  quotas: {
    hold: ({ id }: { id: number }) => ({ userId: id, tokens: 1 }),
    settle: ({ userId }: { userId: number }) => void CHARGES.charged.push(userId),
    release() {},
    remaining: () => 1,
  } as unknown as Services['quotas'],
}

test('a mirror gets the request, and its answer is dropped', async () => {
  const { ask, transport, copies, counted } = await rig({}, async () => completion('copied'))
  CHARGES.charged.length = 0
  const { text, record } = await ask(chat({ model: 'fast' }))
  expect(text).toContain('real')
  await waitFor('the copy', () => copies().length === 1)
  expect(transport.sent.map(({ url }) => url.includes('up-2'))).toEqual([false, true])
  const [copy] = copies()
  expect(copy).toMatchObject({
    requestId: `${record?.requestId}.mirror`,
    userId: 0,
    upstream: 'up-2',
    outcome: 'ok',
    totalTokens: 15,
    reservedTokens: 0,
  })
  expect(record).toMatchObject({ upstream: 'up-1', endpoint: 'chat/completions', userId: 1 })
  expect(CHARGES.charged).toEqual([1])
  expect(counted).toContain('mirrored sent')
})

test('a mirror that never answers delays nothing', async () => {
  const { ask, copies } = await rig({}, () => new Promise(() => {}))
  for (let request = 0; request < 5; request++)
    expect((await ask(chat({ model: 'fast' }))).text).toContain('real')
  expect(copies()).toEqual([])
})

test('a mirror that fails is recorded, and its client sees nothing of it', async () => {
  const refused = new TransportError('refused', 'refused', false)
  const { ask, copies, counted } = await rig({}, () => refused)
  const { status, headers } = await ask(chat({ model: 'fast' }))
  expect([status, headers['x-gpt-proxy-attempts']]).toEqual([200, '1'])
  await waitFor('the failure', () => counted.includes('mirrored failed'))
  expect(copies()[0]?.outcome).toBe('upstream_error')
})

test('a mirror never answers, even if nothing else can', async () => {
  const gateway = await inProcess(() => ({ status: 503, body: '{}' }), {
    upstreams: [upstreamKey(1), upstreamKey(2)],
    models: [modelOf([modelTarget(1), modelTarget(2, { mirrorPercent: 100 })])],
    services: { random: () => 0 },
  })
  const { status, record } = await gateway.ask(chat({ model: 'fast' }))
  expect(status).toBe(502)
  expect(new Set(record?.attempts.map(({ upstream }) => upstream))).toEqual(new Set(['up-1']))
})

test('a share of the requests is copied, and only those that meet its conditions', async () => {
  let random = 0.05
  const made = await inProcess(() => ({ body: completion('x') }), {
    upstreams: [upstreamKey(1), upstreamKey(2)],
    models: [
      modelOf([
        modelTarget(1),
        modelTarget(2, { mirrorPercent: 10, conditions: ['!feature:tools'] }),
      ]),
    ],
    services: { random: () => random },
  })
  const copied = async (body: object) => {
    const before = made.transport.sent.length
    await made.ask(body)
    // A copy is sent in the next turn of the timers.
    await turn()
    await turn()
    return made.transport.sent.length - before === 2
  }
  expect(await copied(chat({ model: 'fast' }))).toBe(true)
  expect(await copied(chat({ model: 'fast', tools: [{ type: 'function' }] }))).toBe(false)
  random = 0.1
  expect(await copied(chat({ model: 'fast' }))).toBe(false)
})

test('a streamed copy is read to its end and its usage recorded', async () => {
  const events = [piece('a'), piece('', 'stop'), usageEvent, DONE]
  const made = await inProcess(
    () => ({ headers: { 'content-type': 'text/event-stream' }, body: events }),
    {
      upstreams: [upstreamKey(1), upstreamKey(2)],
      models: [modelOf([modelTarget(1), modelTarget(2, { mirrorPercent: 100 })])],
    },
  )
  await made.ask(streamed({ model: 'fast' }))
  const copy = await waitFor('the copy', () =>
    made.kept.records.find(({ endpoint }) => endpoint === 'mirror'),
  )
  expect(copy).toMatchObject({ outcome: 'ok', totalTokens: 15, stream: true })
})
