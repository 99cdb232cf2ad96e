/** Items of responses that a vendor keeps, which later requests name by their ids. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { type Gateway, startGateway } from '../../support/gateway.ts'
import { startVendorMock, type VendorMock } from '../../support/vendors/vendor-mock.ts'
import { waitFor } from '../../support/waiting.ts'

let mocks: VendorMock[]
let gateway: Gateway
let stranger: string

beforeAll(async () => {
  mocks = ['a', 'b', 'c'].map((name) => startVendorMock(name))
  gateway = await startGateway({
    upstreams: mocks.map(({ url }, at) => ({
      name: `vendor-${at}`,
      provider: 'openai',
      baseUrl: url,
    })),
  })
  await gateway.cli(['user', 'create', 'stranger'])
  stranger = (await gateway.cli(['key', 'create', 'stranger'])).stdout.trim()
  await waitFor('the new key', async () => (await ask({ input: 'Hi' }, stranger)).ok || null)
})
afterAll(async () => {
  await gateway.stop()
  await Promise.all(mocks.map((mock) => mock.stop()))
})
beforeEach(() => {
  for (const { calls } of mocks) calls.length = 0
})

const ask = (body: object, key = gateway.proxyKey) =>
  fetch(`${gateway.baseUrl}/responses`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'gpt-4o', ...body }),
  })

/** Which mocks got calls for responses. */
const asked = () =>
  mocks.flatMap(({ calls }, at) => calls.filter(({ path }) => path === '/responses').map(() => at))

const followUp = (id: string) => ({
  input: [
    { type: 'item_reference', id },
    { role: 'user', content: 'Go on.' },
  ],
})

describe.each([false, true])('an item of a response (streamed: %p)', (stream) => {
  let id: string
  let keeper: number
  beforeAll(async () => {
    for (const { calls } of mocks) calls.length = 0
    const text = await (await ask({ input: 'Hi', stream })).text()
    id = /"id":"(msg_[^"]+)"/.exec(text)?.[1] ?? ''
    keeper = asked()[0] ?? -1
    using database = gateway.database()
    const known = database.query(
      "SELECT 1 FROM vendor_objects WHERE kind = 'item' AND object_id = ?",
    )
    await waitFor('its row', () => known.get(id) !== null || null)
  })

  test('is read with the upstream key that stores it', async () => {
    for (let count = 0; count < 8; count++) expect((await ask(followUp(id))).status).toBe(200)
    expect(asked()).toEqual(Array(8).fill(keeper))
  })

  test('of another user is not there', async () => {
    const refused = await ask(followUp(id), stranger)
    expect([refused.status, await refused.text()]).toEqual([
      404,
      expect.stringContaining(`Item with id '${id}' not found`),
    ])
    expect(asked()).toEqual([])
  })
})

test('items of a response that the vendor does not keep are not remembered', async () => {
  using database = gateway.database()
  const count = () =>
    database.query("SELECT count(*) FROM vendor_objects WHERE kind = 'item'").values()
  const before = count()
  await (await ask({ input: 'Hi', store: false })).text()
  expect(count()).toEqual(before)
})
