/** Work that is shared by all callers of one event-loop tick. */
import { expect, test } from 'bun:test'
import { batchPerTick, oncePerTick } from './batch-per-tick.ts'

test('items of one tick are handled together, and those of the next one separately', async () => {
  const handled: (readonly number[])[] = []
  const add = batchPerTick<number>((items) => void handled.push(items))
  await Promise.all([add(1), add(2)])
  await add(3)
  expect(handled).toEqual([[1, 2], [3]])
})

test('a failure rejects every caller of its tick only', async () => {
  const add = batchPerTick<number>((items) => {
    if (items.includes(2)) throw new Error('refused')
  })
  const results = await Promise.allSettled([add(1), add(2)])
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(await add(3)).toBeUndefined()
})

test('callers wait for asynchronous work', async () => {
  let finished = false
  const add = batchPerTick<number>(async () => {
    await Promise.resolve()
    finished = true
  })
  await add(1)
  expect(finished).toBe(true)
})

test('work that runs immediately does not run again at the end of the tick', async () => {
  let runs = 0
  const task = oncePerTick(() => void runs++)
  task.schedule()
  task.runNow()
  await new Promise((resolve) => setImmediate(resolve))
  expect(runs).toBe(1)
})
