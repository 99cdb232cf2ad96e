/** URLs given by clients or upstreams are never fetched: only operators decide where requests go. */
import { afterAll, expect, test } from 'bun:test'
import { jsonReply, rawReply, startMockUpstream } from '../../support/mock/mock-upstream.ts'
import { ask, BOTH } from '../asking.ts'
import { since, startRig } from '../rig.ts'

const elsewhere = await startMockUpstream()
const rig = await startRig({ models: { pictures: 1, moved: 1 } })
afterAll(async () => {
  await rig.close()
  await elsewhere.close()
}, 60_000)
const { gateway, mock } = rig

test('the URL of an image goes to the upstream as text, and the gateway does not fetch it', async () => {
  const url = `${elsewhere.url}/picture.png`
  const content = [{ type: 'image_url', image_url: { url } }]
  mock.script(() => jsonReply(200, {}))
  const answer = await ask(gateway, 'pictures', { body: { messages: [{ role: 'user', content }] } })
  expect(answer.status).toBe(200)
  expect(mock.ledger.at(-1)?.body).toContain(url)
  await answer.row()
  expect(elsewhere.connectionsOpened()).toBe(0)
})

const REDIRECTS = [301, 302, 303, 307, 308].flatMap((status) =>
  BOTH.map(([form, stream]) => [status, form, stream] as const),
)

test.each(REDIRECTS)('a redirect with %p is not followed (%s)', async (status, _, stream) => {
  const from = mock.ledger.length
  const head = `HTTP/1.1 ${status} Moved\nlocation: ${elsewhere.url}\ncontent-length: 0`
  mock.script(() => rawReply(head))
  const answer = await ask(gateway, 'moved', { stream })
  expect(answer.status).toBe(502)
  expect(answer.headers.get('location')).toBeNull()
  expect(since(mock, from).length).toBeGreaterThan(0)
  expect(elsewhere.connectionsOpened()).toBe(0)
})
