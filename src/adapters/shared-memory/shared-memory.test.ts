/** Threads that count in the same memory, against one that counts alone. */
import { expect, test } from 'bun:test'
import { createMemoryCounters } from '../../limits/memory-counters.ts'
import { createSlots } from '../../limits/slots.ts'
import { allocateSharedMemory } from './layout.ts'
import { createLock } from './lock.ts'
import { createSharedSlotCounts } from './shared-slot-counts.ts'
import { createSharedWindows } from './shared-windows.ts'

const demand = (counter: string, limit: number, amount = 1) => ({ counter, limit, amount })

test('threads that share windows decide as one thread does, whichever of them is asked', () => {
  let nowMs = 5_000
  const memory = allocateSharedMemory()
  const clock = () => nowMs
  const threads = [0, 1, 2].map(() => createMemoryCounters(clock, createSharedWindows(memory)))
  const one = createMemoryCounters(clock)
  let state = 7
  const random = (below: number) => {
    state = (state * 1103515245 + 12345) % 2 ** 31
    return state % below
  }
  for (let step = 0; step < 20_000; step++) {
    nowMs += random(120)
    const thread = threads[random(3)] ?? one
    const demands = [demand(`key:${random(5)}:rpm`, 90), demand('ip:10.0.0.1:tpm', 900, random(9))]
    const verdict = thread.take(demands)
    expect(verdict).toEqual(one.take(demands))
    if (verdict.kind !== 'taken' || random(3) > 0) continue
    const corrections = [{ counter: 'ip:10.0.0.1:tpm', by: random(9) - 4 }]
    threads[random(3)]?.correct(verdict.ticket, corrections)
    one.correct(verdict.ticket, corrections)
  }
})

test('more counters than there are places are still limited', () => {
  const counters = createMemoryCounters(() => 0, createSharedWindows(allocateSharedMemory()))
  for (let name = 0; name < 80_000; name++) counters.take([demand(`ip:${name}:rpm`, 1)])
  for (let name = 0; name < 80_000; name += 997)
    expect(counters.take([demand(`ip:${name}:rpm`, 1)]).kind).toBe('refused')
})

test('slots that one thread holds are held for the others, and free for them when given back', () => {
  const memory = allocateSharedMemory()
  const open = () =>
    createSlots({ shared: null, failOpen: true, counts: createSharedSlotCounts(memory) })
  const [one, other] = [open(), open()]
  const ofKey = { owner: 'key:1', max: 1, shared: false }
  const caps = [ofKey, { owner: 'user:1', max: 5, shared: true }]
  const taking = one.take(caps, 0)
  expect(other.take(caps, 0)).toEqual({ kind: 'full', cap: ofKey })
  expect(other.held('user:1')).toBe(1)
  if (taking instanceof Promise || taking.kind !== 'taken') throw new Error('not taken')
  taking.release()
  expect(other.held('user:1')).toBe(0)
  expect(other.take(caps, 0)).toMatchObject({ kind: 'taken' })
})

test('a request that waits in one thread gets a slot that another one gives back', async () => {
  const memory = allocateSharedMemory()
  const open = () =>
    createSlots({ shared: null, failOpen: true, counts: createSharedSlotCounts(memory) })
  const [one, other] = [open(), open()]
  const caps = [{ owner: 'key:1', max: 1, shared: false }]
  const taking = one.take(caps, 0)
  const signal = { aborted: false, listen() {}, unlisten() {} }
  const waits = other.wait([caps], { priority: 0, timeoutMs: 20_000, signal })
  expect(one.waiting()).toBe(1)
  if (taking instanceof Promise || taking.kind !== 'taken') throw new Error('not taken')
  taking.release()
  expect(await waits).toMatchObject({ at: 0 })
  expect(one.waiting()).toBe(0)
})

test('a counter that three threads raise under the lock loses no step', async () => {
  const memory = allocateSharedMemory()
  const steps = 20_000
  const source = `
    self.onmessage = async ({ data: { cells, totals } }) => {
      const { createLock } = await import(${JSON.stringify(`${import.meta.dir}/lock.ts`)})
      const lock = createLock(cells, 0)
      for (let step = 0; step < ${steps}; step++) {
        lock.enter()
        totals[0] = totals[0] + 1
        lock.leave()
      }
      self.postMessage('done')
    }`
  const url = `data:text/javascript,${encodeURIComponent(source)}`
  const workers = [0, 1, 2].map(() => new Worker(url))
  await Promise.all(
    workers.map(
      (worker) =>
        new Promise((resolve) => {
          worker.onmessage = resolve
          worker.postMessage(memory)
        }),
    ),
  )
  for (const worker of workers) worker.terminate()
  expect(memory.totals[0]).toBe(3 * steps)
  // Free again.
  const lock = createLock(memory.cells, 0)
  lock.enter()
  lock.leave()
})
