/** The contract of the owners of vendors' objects. */
import { expect, test } from 'bun:test'
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
