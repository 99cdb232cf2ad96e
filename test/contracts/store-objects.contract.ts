/** The contract of the owners of vendors' objects. */
import { expect, test } from 'bun:test'
import { createCharger } from '../../src/pipeline/vendor/charging/charge-batches.ts'
import { upstreamKey } from '../support/in-process/entities.ts'
import { scriptedTransport } from '../support/in-process/scripted-transport.ts'
import { testServices } from '../support/in-process/services.ts'
import type { StoreUnderTest } from './store-under-test.ts'

const object = (id: string, userId: number, upstreamKeyId = 1, kind = 'file') => ({
  kind,
  id,
  upstreamKeyId,
  userId,
  apiKeyId: userId * 10,
})

export function testObjects(current: () => StoreUnderTest): void {
  test('an object is found under its kind and id, with its owner', async () => {
    const { objects } = current().store
    await objects.remember([object('a', 1), object('b', 2), object('a', 3, 1, 'batch')])
    expect(await objects.find('file', ['a', 'b', 'c'])).toEqual(
      expect.arrayContaining([object('a', 1), object('b', 2)]),
    )
    expect(await objects.find('file', ['c'])).toEqual([])
    expect(await objects.find('batch', ['a'])).toEqual([object('a', 3, 1, 'batch')])
  })

  test('keeps its first owner, also if two want it at once; at another upstream key it is another', async () => {
    const { objects } = current().store
    await objects.remember([object('a', 1)])
    await Promise.all([2, 3, 4].map((userId) => objects.remember([object('a', userId)])))
    await objects.remember([object('a', 5, 2)])
    const owners = (await objects.find('file', ['a'])).map(({ userId }) => userId)
    expect(owners.toSorted()).toEqual([1, 5])
    expect(await objects.keysOf('file', 5)).toEqual([2])
    expect(await objects.keysOf('file', 9)).toEqual([])
  })

  test('is gone once it is forgotten, and only that one', async () => {
    const { objects } = current().store
    await objects.remember([object('a', 1), object('a', 1, 2), object('b', 1)])
    await objects.forget(object('a', 1))
    expect(await objects.find('file', ['a', 'b'])).toEqual(
      expect.arrayContaining([object('a', 1, 2), object('b', 1)]),
    )
    expect(await objects.find('file', ['a'])).toHaveLength(1)
  })

  test('what a key had that was removed is at the row that it gets when it is added again', async () => {
    const { store } = current()
    const { objects } = store
    await objects.remember([object('a', 1, 1), object('b', 1, 1, 'batch'), object('c', 1, 2)])
    await store.rememberRemoval('digest', 1)
    await store.forgetRemoval('another', 4)
    await store.forgetRemoval('digest', 5)
    expect(await objects.find('file', ['a', 'c'])).toEqual(
      expect.arrayContaining([object('a', 1, 5), object('c', 1, 2)]),
    )
    expect((await objects.openBatches(10, null)).map((one) => one.upstreamKeyId)).toEqual([5])
    await store.rememberRemoval('digest', 5)
    await store.forgetRemoval('digest', 6)
    await store.forgetRemoval('digest', 7)
    expect(await objects.find('file', ['a'])).toEqual([object('a', 1, 6)])
  })

  test('what is charged knows the key it was created at, however often that key is added again', async () => {
    const { store } = current()
    const { objects } = store
    const batch = (id: string, upstreamKeyId: number) => object(id, 1, upstreamKeyId, 'batch')
    await objects.remember([batch('open', 1), batch('closed', 1), object('open', 1)])
    await objects.closeBatch(batch('closed', 1))
    await store.rememberRemoval('digest', 1)
    await store.forgetRemoval('digest', 5)
    await objects.remember([batch('later', 5)])
    await store.rememberRemoval('digest', 5)
    await store.forgetRemoval('digest', 6)
    const first = (id: string, key: number) => objects.firstKeyOf(batch(id, key))
    // A charger that read the batch at one of the earlier keys asks with that.
    expect(await Promise.all([1, 5, 6].map((key) => first('open', key)))).toEqual([1, 1, 1])
    expect(await Promise.all([1, 5, 6].map((key) => first('closed', key)))).toEqual([1, 1, 1])
    expect(await Promise.all([5, 6].map((key) => first('later', key)))).toEqual([5, 5])
    expect((await objects.openBatches(10, null)).map(({ id }) => id).toSorted()).toEqual([
      'later',
      'open',
    ])
    expect(await objects.keysOf('file', 1)).toEqual([6])
  })

  test('a batch is charged once if its key is removed and added again during the charge', async () => {
    const { store, look } = current()
    const { objects } = store
    await objects.remember([object('b', 1, 1, 'batch')])
    const usage = { input_tokens: 10, output_tokens: 5, total_tokens: 15 }
    const ids = [1, 5, 6]
    const transport = scriptedTransport(async (_, at) => {
      const [removed, added] = ids.slice(at)
      if (removed !== undefined && added !== undefined) {
        await store.rememberRemoval('digest', removed)
        await store.forgetRemoval('digest', added)
      }
      return { body: JSON.stringify({ status: 'completed', model: 'gpt-4o', usage }) }
    })
    const { services } = await testServices({
      transport,
      upstreams: ids.map((id) => upstreamKey(id, { provider: 'openai' })),
      services: { objects, settleNow: (records) => store.settle(records, 'instance') },
    })
    const charger = createCharger(services)
    await charger.round()
    await charger.round()
    expect(await objects.openBatches(10, null)).toMatchObject([{ id: 'b', upstreamKeyId: 6 }])
    await charger.round()
    expect(await objects.openBatches(10, null)).toEqual([])
    expect(transport.sent).toHaveLength(3)
    expect(await look('SELECT request_id FROM usage_records')).toEqual([
      { request_id: 'batch:1:b' },
    ])
  })

  test('rows of one secret that were all removed give what they had to the next one', async () => {
    const { store, byHand } = current()
    const { objects } = store
    const batch = (id: string, upstreamKeyId: number) => object(id, 1, upstreamKeyId, 'batch')
    await objects.remember([object('a', 1, 1), object('b', 1, 2), object('both', 1, 1)])
    await objects.remember([object('both', 2, 2), object('other', 1, 3)])
    await objects.remember([batch('open', 1), batch('open', 2), batch('paid', 1), batch('paid', 2)])
    await objects.closeBatch(batch('paid', 1))
    byHand("UPDATE vendor_objects SET created_at = '2026-01-01' WHERE upstream_key_id = 1")
    for (const key of [2, 1]) await store.rememberRemoval('digest', key)
    await store.forgetRemoval('digest', 5)
    const files = await objects.find('file', ['a', 'b', 'both', 'other'])
    expect(files.toSorted((one, other) => (one.id < other.id ? -1 : 1))).toEqual([
      object('a', 1, 5),
      object('b', 1, 5),
      object('both', 2, 5),
      object('other', 1, 3),
    ])
    expect((await objects.openBatches(10, null)).map(({ id }) => id)).toEqual(['open'])
    expect(await objects.firstKeyOf(batch('open', 5))).toBe(2)
    expect(await objects.firstKeyOf(batch('paid', 5))).toBe(1)
  })

  test('a batch is open until it is closed, the oldest first', async () => {
    const { objects } = current().store
    await objects.remember([object('b1', 1, 1, 'batch')])
    await objects.remember([object('b2', 1, 1, 'batch'), object('f', 1)])
    expect((await objects.openBatches(10, null)).map(({ id }) => id).toSorted()).toEqual([
      'b1',
      'b2',
    ])
    expect(await objects.openBatches(1, null)).toHaveLength(1)
    await objects.closeBatch(object('b1', 1, 1, 'batch'))
    expect((await objects.openBatches(10, null)).map(({ id }) => id)).toEqual(['b2'])
  })

  test('open batches come page by page, each once, however many were made at once', async () => {
    const { objects } = current().store
    const made = Array.from({ length: 25 }, (_, at) => object(`b${at}`, 1, (at % 3) + 1, 'batch'))
    await objects.remember(made.slice(0, 20))
    await objects.remember(made.slice(20))
    const seen: string[] = []
    for (let page = await objects.openBatches(4, null); page.length > 0; ) {
      seen.push(...page.map(({ id }) => id))
      page = await objects.openBatches(4, page.at(-1) ?? null)
    }
    expect(seen.toSorted()).toEqual(made.map(({ id }) => id).toSorted())
  })
}
