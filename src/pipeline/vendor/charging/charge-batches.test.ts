/** What is paid for at its end is charged once, and one that hangs or fails holds up no other. */
import { expect, test } from 'bun:test'
import { upstreamKey } from '../../../../test/support/in-process/entities.ts'
import {
  type Script,
  type ScriptedReply,
  scriptedTransport,
} from '../../../../test/support/in-process/scripted-transport.ts'
import { testServices } from '../../../../test/support/in-process/services.ts'
import type { ChargedKind, ObjectStore, OpenBatch } from '../../../passthrough/objects.ts'
import { createCharger } from './charge-batches.ts'

const USAGE = { input_tokens: 10, output_tokens: 5, total_tokens: 15 }
const SILENCE_MS = 60

function open(kind: ChargedKind, id: string, createdAtMs = Date.now()): OpenBatch {
  return { kind, id, upstreamKeyId: 1, userId: 7, apiKeyId: 70, createdAtMs }
}

/** In the order they are given in, as the store has them by age. */
function objectsIn(batches: OpenBatch[]): ObjectStore & { left: () => string[] } {
  const closed = new Set<string>()
  const left = () => batches.filter(({ id }) => !closed.has(id))
  return {
    left: () => left().map(({ id }) => id),
    remember: async () => {},
    find: async () => [],
    keysOf: async () => [],
    forget: async () => {},
    async openBatches(limit, after) {
      const from = after === null ? 0 : left().findIndex(({ id }) => id === after.id) + 1
      return left().slice(from, from + limit)
    },
    closeBatch: async ({ id }) => void closed.add(id),
    firstKeyOf: async ({ upstreamKeyId }) => upstreamKeyId,
  }
}

async function rig(batches: OpenBatch[], script: Script) {
  const objects = objectsIn(batches)
  const transport = scriptedTransport(script)
  let now = Date.now()
  const { services, kept } = await testServices({
    transport,
    upstreams: [upstreamKey(1, { provider: 'openai' })],
    services: { objects, clock: { nowMs: () => now } },
  })
  const charger = createCharger(services, SILENCE_MS)
  const later = (ms: number) => {
    now += ms
  }
  return { charger, kept, objects, transport, later }
}

const json = (value: object): ScriptedReply => ({ body: JSON.stringify(value) })
const ended = (more: object = {}) =>
  json({ status: 'completed', model: 'gpt-4o', usage: USAGE, ...more })
const silent = new Promise<never>(() => {})

test.each<[string, Script]>([
  ['never answers', ({ url }) => (url.includes('stuck') ? silent : ended())],
  [
    'falls silent in its answer',
    ({ url }) => (url.includes('stuck') ? { body: ['{"status":', 'stall'] } : ended()),
  ],
  [
    'falls silent in its output',
    ({ url }) => {
      if (url.includes('/content')) return { body: ['{"custom_id":', 'stall'] }
      return url.includes('stuck') ? json({ status: 'completed', output_file_id: 'f' }) : ended()
    },
  ],
])('a batch whose upstream %s is skipped for now', async (_, script) => {
  const { charger, kept, objects, transport } = await rig(
    [open('batch', 'stuck'), open('batch', 'good')],
    script,
  )
  await charger.round()
  expect(kept.records.map(({ requestId }) => requestId)).toEqual(['batch:1:good'])
  expect(objects.left()).toEqual(['stuck'])
  expect(transport.cancelled).toBe(1)
})

test('any number of failing batches block no later ones, and are polled less often', async () => {
  const stuck = Array.from({ length: 1_100 }, (_, at) => open('batch', `stuck-${at}`))
  const { charger, kept, objects, transport, later } = await rig(
    [...stuck, open('batch', 'good')],
    ({ url }) => (url.includes('stuck') ? { status: 500 } : ended()),
  )
  await charger.round()
  expect(kept.records).toHaveLength(1)
  expect(objects.left()).toHaveLength(1_100)
  const asked = transport.sent.length
  await charger.round()
  expect(transport.sent.length).toBe(asked)
  later(40_000)
  await charger.round()
  expect(transport.sent.length).toBe(2 * asked - 1)
  later(50_000)
  await charger.round()
  expect(transport.sent.length).toBe(2 * asked - 1)
})

test('a response in the background is charged when it ends, at the price of a response', async () => {
  let status = 'in_progress'
  const { charger, kept, objects } = await rig(
    [open('background_response', 'resp_1')],
    ({ url }) => {
      expect(url).toBe('http://up-1.test/v1/responses/resp_1')
      return json({ status, model: 'gpt-4o', usage: status === 'completed' ? USAGE : null })
    },
  )
  await charger.round()
  expect(kept.records).toEqual([])
  status = 'completed'
  await charger.round()
  await charger.round()
  expect(kept.records).toMatchObject([
    { requestId: 'response:1:resp_1', endpoint: 'responses', totalTokens: 15, userId: 7 },
  ])
  expect(objects.left()).toEqual([])
})

test.each([
  ['failed', []],
  ['cancelled', []],
  ['completed', [{ totalTokens: 0, costUsd: null, outcome: 'ok' }]],
])('a response in the background that %s without a usage', async (status, records) => {
  const { charger, kept, objects } = await rig([open('background_response', 'resp_1')], () =>
    json({ status, model: 'gpt-4o' }),
  )
  await charger.round()
  expect(kept.records).toMatchObject(records)
  expect(objects.left()).toEqual([])
})

test('a batch whose output was deleted is of unknown price rather than free', async () => {
  const { charger, kept } = await rig([open('batch', 'b')], ({ url }) =>
    url.includes('/content')
      ? { status: 404 }
      : json({ status: 'completed', model: 'gpt-4o', output_file_id: 'f' }),
  )
  await charger.round()
  expect(kept.records).toMatchObject([{ model: 'gpt-4o', totalTokens: 0, costUsd: null }])
})

test('a batch that never ends is abandoned once the vendor has deleted it', async () => {
  const old = open('batch', 'old', Date.now() - 41 * 24 * 3_600_000)
  const { charger, objects } = await rig([old, open('batch', 'new')], () => ({ status: 500 }))
  await charger.round()
  expect(objects.left()).toEqual(['new'])
})
