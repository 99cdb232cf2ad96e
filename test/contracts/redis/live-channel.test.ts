/** Messages between instances over a real Redis: who gets them, and when the channel reports that it is down. */
import { afterAll, afterEach, beforeAll, expect, test } from 'bun:test'
import { openLiveChannel } from '../../../src/adapters/redis/live-channel.ts'
import type { LiveChannel } from '../../../src/usage/live/channel.ts'
import { type RedisServer, startRedis } from '../../support/servers/redis-server.ts'
import { waitFor } from '../../support/waiting.ts'

let redis: RedisServer
const open: LiveChannel[] = []
beforeAll(async () => {
  redis = await startRedis()
})
afterEach(() => {
  for (const channel of open.splice(0)) channel.stop()
})
afterAll(() => redis.close())

async function joined(url: string): Promise<{ channel: LiveChannel; got: string[] }> {
  const got: string[] = []
  const channel = openLiveChannel({
    url,
    receive: (message) => void (message !== '' && got.push(message)),
  })
  open.push(channel)
  await waitFor('the channel', () => channel.standing || null)
  return { channel, got }
}

test('a message reaches the other instances of the same database, and no other database', async () => {
  const one = await joined(redis.url)
  const same = await joined(`${redis.url}/0`)
  const other = await joined(`${redis.url}/1`)
  one.channel.publish('first')
  other.channel.publish('second')
  await waitFor('both', () => (same.got.length > 0 && other.got.length > 0 ? true : null))
  expect(same.got).toEqual(['first'])
  expect(other.got).toEqual(['second'])
}, 60_000)

test('a connection that is lost, or silent, is noticed and made again', async () => {
  const { channel, got } = await joined(redis.url)
  redis.cli('CLIENT', 'KILL', 'TYPE', 'pubsub')
  await waitFor('the loss', () => !channel.standing || null)
  channel.publish('lost')
  await waitFor('the new connection', () => channel.standing || null)
  redis.freeze()
  await waitFor('the silence', () => !channel.standing || null)
  redis.thaw()
  await waitFor('the new connection', () => channel.standing || null)
  channel.publish('kept')
  await waitFor('the message', () => got.includes('kept') || null)
  expect(got).not.toContain('lost')
}, 60_000)

test('a Redis user without rights to the channel gets none', async () => {
  redis.cli('ACL', 'SETUSER', 'narrow', 'on', '>narrow-pass', '~*', '+@all', 'resetchannels')
  const url = redis.url.replace(/:\/\/[^@]*@/, '://narrow:narrow-pass@')
  const channel = openLiveChannel({ url, receive() {} })
  open.push(channel)
  await waitFor('the refusal', () => redis.cli('ACL', 'LOG').includes('narrow') || null)
  await joined(redis.url)
  expect(channel.standing).toBe(false)
  channel.publish('nothing happens')
}, 60_000)
