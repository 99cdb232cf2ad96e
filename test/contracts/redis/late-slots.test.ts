/**
 * Caps of two instances, one of which gets Redis's answers late: while it counts alone, each instance keeps the cap by
 * itself, and once it is back no more is taken until all together are below the cap.
 */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'bun:test'
import { connectRedis, type RedisConnection } from '../../../src/adapters/redis/connection.ts'
import { createRedisSlots, type RedisSlots } from '../../../src/adapters/redis/slots.ts'
import type { Taking } from '../../../src/limits/cap.ts'
import { createSlots, type Slots } from '../../../src/limits/slots.ts'
import { type DelayingRelay, startDelayingRelay } from '../../support/servers/delaying-relay.ts'
import { type RedisServer, startRedis } from '../../support/servers/redis-server.ts'
import { waitFor } from '../../support/waiting.ts'

/** Longer than the gateway's, so that only what is held back is late on a busy machine. */
const DEADLINE_MS = 1_000
const CAP = { owner: 'user:7', max: 2, shared: true }

let redis: RedisServer
let relay: DelayingRelay
beforeAll(async () => {
  redis = await startRedis()
  relay = await startDelayingRelay(redis.port)
})
afterAll(async () => {
  relay.close()
  await redis.close()
})

interface Instance {
  connection: RedisConnection
  shared: RedisSlots
  slots: Slots
}
let near: Instance
let far: Instance
beforeEach(async () => {
  redis.cli('FLUSHALL')
  near = await open(redis.port)
  far = await open(relay.port)
})
afterEach(() => {
  relay.release()
  for (const { shared, connection } of [near, far]) {
    shared.stop()
    connection.close()
  }
})

async function open(port: number, failOpen = true): Promise<Instance> {
  const url = `redis://:${redis.password}@127.0.0.1:${port}`
  const connection = connectRedis({ url, deadlineMs: DEADLINE_MS, onJoined() {}, onLost() {} })
  await connection.triedOnce
  await waitFor('Redis', () => connection.standing)
  const shared = createRedisSlots(connection)
  return { connection, shared, slots: createSlots({ shared, failOpen }) }
}

async function take({ slots }: Instance): Promise<Taking> {
  return slots.take([CAP], 0)
}

async function taken(instance: Instance): Promise<() => void> {
  const taking = await take(instance)
  if (taking.kind !== 'taken') throw new Error(`it is ${taking.kind}`)
  return taking.release
}

test('an instance with late answers leaves the others the slots that they had when it last knew', async () => {
  await taken(near)
  const release = await taken(far)
  relay.hold()
  expect((await take(far)).kind).toBe('full')
  expect(far.connection.standing).toBe(false)
  expect((await take(far)).kind).toBe('full')
  // Its own slot is free again for it, whether Redis knows or not.
  release()
  await taken(far)
  expect((await take(far)).kind).toBe('full')
  relay.release()
  await waitFor('the late instance to be back', () => far.connection.standing)
  await waitFor('two to be known', () => slotsInRedis() === 2)
  for (const instance of [near, far]) expect((await take(instance)).kind).toBe('full')
})

test('slots taken since then can exceed the shared cap, but none of an instance alone', async () => {
  const release = await taken(far)
  await taken(near)
  relay.hold()
  // Redis would have refused it.
  const beyond = await taken(far)
  expect(far.connection.standing).toBe(false)
  expect((await take(far)).kind).toBe('full')
  // Its first slot counts for the others although it has no connection.
  expect((await take(near)).kind).toBe('full')
  relay.release()
  await waitFor('the late instance to be back', () => far.connection.standing)
  await waitFor('three to be known', async () => slotsInRedis() === 3)
  for (const instance of [near, far]) expect((await take(instance)).kind).toBe('full')
  beyond()
  await waitFor('two to be known', async () => slotsInRedis() === 2)
  for (const instance of [near, far]) expect((await take(instance)).kind).toBe('full')
  release()
  await waitFor('a slot', async () => (await take(near)).kind === 'taken')
})

test('a slot that Redis gave too late is not counted twice', async () => {
  relay.hold()
  const release = await taken(far)
  relay.release()
  await waitFor('the late instance to be back', () => far.connection.standing)
  await waitFor('one to be known', () => slotsInRedis() === 1)
  await taken(near)
  expect((await take(near)).kind).toBe('full')
  release()
  await waitFor('a slot', async () => (await take(near)).kind === 'taken')
})

test('with RATE_LIMIT_FAIL_OPEN=false a late answer exceeds no cap', async () => {
  const strict = await open(relay.port, false)
  await taken(near)
  await taken(strict)
  relay.hold()
  expect((await take(strict)).kind).toBe('unavailable')
  expect((await take(strict)).kind).toBe('unavailable')
  relay.release()
  await waitFor('the late instance to be back', () => strict.connection.standing)
  await waitFor('two to be known', () => slotsInRedis() === 2)
  expect((await take(strict)).kind).toBe('full')
  strict.shared.stop()
  strict.connection.close()
})

/** Those of sessions that are over count no more. */
function slotsInRedis(): number {
  const fields = redis.cli('--raw', 'HGETALL', `in_flight:${CAP.owner}`).split('\n')
  let count = 0
  for (let at = 0; at + 1 < fields.length; at += 2)
    if (redis.cli('EXISTS', `in_flight:session:${fields[at]}`).endsWith('1'))
      count += Number(fields[at + 1])
  return count
}
