/** Idle connections that upstreams were just closing: a request on one of them is sent again on a new one. */
import { expect, test } from 'bun:test'
import { upstreamKey } from '../../../test/support/in-process/entities.ts'
import { chat, inProcess } from '../../../test/support/in-process/gateway.ts'
import { TransportError } from '../../upstreams/transport.ts'

const KEYS = [1, 2].map((id) =>
  upstreamKey(id, { provider: 'compatible', baseUrl: `http://up-${id}.test/v1` }),
)
const stale = () => new TransportError('reset', 'the connection was closed before a reply', true)
const refused = () => new TransportError('refused', 'connection refused', false)
const answer = () => ({
  body: JSON.stringify({ choices: [{ index: 0, message: {}, finish_reason: 'stop' }] }),
})

test('one at the standby is replaced as well, without the retry budget', async () => {
  const replies = [stale(), refused(), stale(), answer()]
  const gateway = await inProcess((_request, index) => replies[index] ?? answer(), {
    upstreams: KEYS,
    services: { retryBudget: { earn() {}, spend: () => false } },
  })
  const { status, record } = await gateway.ask(chat())
  expect(status).toBe(200)
  const hosts = gateway.transport.sent.map(({ url }) => new URL(url).host)
  expect(hosts[0]).toBe(hosts[1] as string)
  expect(hosts[2]).toBe(hosts[3] as string)
  expect(hosts[1]).not.toBe(hosts[2] as string)
  expect(record?.attempts).toHaveLength(4)
})
