/** A further thread that ends takes the process with it; a stop waits for what each thread has in flight. */
import { expect, test } from 'bun:test'
import { createHub } from '../../../src/main/threads/hub.ts'
import { startGateway } from '../../support/gateway.ts'
import { chatChunks, sseReply, startMockUpstream } from '../../support/mock/mock-upstream.ts'
import { waitFor } from '../../support/waiting.ts'

test('a thread that throws is reported with its number and reason', async () => {
  const failed = Promise.withResolvers<{ index: number; why: string }>()
  const hub = createHub(2)
  hub.start({
    environment: {},
    instanceId: 'a',
    module: `data:text/javascript,${encodeURIComponent('setTimeout(() => { throw new Error("broken") }, 10)')}`,
    connectLedger: null,
    failed: (index, why) => failed.resolve({ index, why }),
  })
  const { index, why } = await failed.promise
  expect(index).toBe(1)
  expect(why).toContain('broken')
})

test('a stop lets streams of all threads end, and leaves no journal', async () => {
  const mock = await startMockUpstream({
    script: () => sseReply(chatChunks('one two three four five', { usage: true }), { gapMs: 100 }),
  })
  const gateway = await startGateway({
    upstreams: [{ name: 'mock', baseUrl: mock.url, models: ['m'] }],
    env: { THREADS: '3' },
  })
  const body = { model: 'm', stream: true, messages: [{ role: 'user', content: 'Hi' }] }
  const streams = Array.from({ length: 9 }, async () => {
    const reply = await gateway.chat(body, { headers: { connection: 'close' } })
    return reply.text()
  })
  await waitFor('the streams to be in flight', () => mock.ledger.length === 9)
  gateway.signal('SIGTERM')
  for (const text of await Promise.all(streams)) expect(text).toContain('[DONE]')
  expect(await gateway.exited).toBe(0)
  using database = gateway.database()
  expect(database.query('select count(*) as n from usage_records').get()).toEqual({ n: 9 })
  expect(database.query('select count(*) as n from quota_leases').get()).toEqual({ n: 0 })
  await mock.close()
})
