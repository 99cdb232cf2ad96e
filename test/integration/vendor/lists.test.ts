/** Lists of a caller's objects that are kept at several upstream keys. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { type Gateway, startGateway } from '../../support/gateway.ts'
import { startVendorMock, type VendorMock } from '../../support/vendors/vendor-mock.ts'

const PER_KEY = 7

let mocks: VendorMock[]
let gateway: Gateway
let mine: string[]

beforeAll(async () => {
  mocks = [startVendorMock(), startVendorMock(), startVendorMock()]
  gateway = await startGateway({
    upstreams: mocks.map(({ url }, at) => ({
      name: `vendor-${at}`,
      provider: 'openai',
      baseUrl: url,
    })),
  })
  mine = []
  using database = gateway.database()
  const insert = database.query(
    "INSERT INTO vendor_objects SELECT 'file', ?, ?, (SELECT id FROM users WHERE username = 'default'), 1, '2026-01-01T00:00:00.000Z', NULL",
  )
  // The third key has objects of others only.
  for (const [at, { objects }] of mocks.entries())
    for (let count = 0; count < PER_KEY; count++) {
      const other = `file-other-${at}-${count}`
      objects.set(other, { id: other })
      if (at === 2) continue
      const id = `file-mine-${at}-${count}`
      objects.set(id, { id })
      insert.run(id, at + 1)
      mine.push(id)
    }
})
afterAll(async () => {
  await gateway.stop()
  await Promise.all(mocks.map((mock) => mock.stop()))
})
beforeEach(() => {
  for (const { calls } of mocks) calls.length = 0
})

interface List {
  data: { id: string }[]
  has_more: boolean
  first_id: string
  last_id: string
  error?: { message: string }
}

async function list(query: string): Promise<List & { status: number }> {
  const reply = await fetch(`${gateway.baseUrl}/files?${query}`, {
    headers: { authorization: `Bearer ${gateway.proxyKey}` },
  })
  return { ...((await reply.json()) as List), status: reply.status }
}
const idsOf = ({ data }: List) => data.map(({ id }) => id)

describe('objects at several upstream keys', () => {
  test('are listed together', async () => {
    const page = await list('limit=100')
    expect(idsOf(page)).toEqual(mine)
    expect([page.first_id, page.last_id, page.has_more]).toEqual([
      mine[0] ?? '',
      mine.at(-1) ?? '',
      false,
    ])
    expect(mocks[2]?.calls).toEqual([])
  })

  test.each([1, 2, 5, PER_KEY, PER_KEY + 1, 2 * PER_KEY])(
    'are each found once in pages of %d',
    async (limit) => {
      const found: string[] = []
      for (let after = '', more = true; more; after = `&after=${found.at(-1)}`) {
        const page = await list(`limit=${limit}${after}`)
        found.push(...idsOf(page))
        more = page.has_more
        expect(page.data.length).toBeLessThanOrEqual(limit)
      }
      expect(found).toEqual(mine)
    },
  )

  test('an unreachable key is an error, not the end of the list', async () => {
    const [, second] = mocks
    await second?.stop()
    const page = await list('limit=100')
    expect([idsOf(page), page.has_more]).toEqual([mine.slice(0, PER_KEY), true])
    const next = await list(`limit=100&after=${page.last_id}`)
    expect([next.status, next.error?.message]).toEqual([502, expect.stringContaining('vendor-1')])
  })
})
