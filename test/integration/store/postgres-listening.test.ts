/** Listening for changes on a server that is away. */
import { expect, spyOn, test } from 'bun:test'
import { Client } from 'pg'
import { listenForChanges } from '../../../src/adapters/sql/postgres/change-notices.ts'
import { readDatabaseUrl } from '../../../src/core/text/database-address.ts'
import { waitFor } from '../../support/waiting.ts'

/** Pauses grow from 0.1 to 1 s: about four attempts. Without them there would be thousands. */
const WATCHED_MS = 2_000
const MAX_ATTEMPTS = 20

test('a server that refuses connections is asked again only after a pause', async () => {
  const closed = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } })
  closed.stop(true)
  const read = readDatabaseUrl(`postgres://user@127.0.0.1:${closed.port}/none?sslmode=disable`)
  if (!read.ok) throw new Error(read.reason)
  const attempts = spyOn(Client.prototype, 'connect')
  const watch = listenForChanges({ address: read.address, program: 'test', logger: undefined })
  await watch.changes()
  await waitFor('a second attempt', () => attempts.mock.calls.length > 1)
  await Bun.sleep(WATCHED_MS)
  await watch.close()
  const made = attempts.mock.calls.length
  attempts.mockRestore()
  expect(made).toBeLessThan(MAX_ATTEMPTS)
}, 60_000)
