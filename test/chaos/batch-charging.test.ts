/** A batch is charged once, whenever the gateway is killed. */
import { expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Gateway, startGateway } from '../support/gateway.ts'
import { startVendorMock } from '../support/vendors/vendor-mock.ts'
import { waitFor } from '../support/waiting.ts'

const KILLS = 12
const TOKENS = { input_tokens: 1_000, output_tokens: 500, total_tokens: 1_500 }

test('a batch is charged once over kill -9 at any moment, and its output belongs to its maker', async () => {
  const mock = startVendorMock()
  const dataDir = mkdtempSync(join(tmpdir(), 'gpt-proxy-batches-'))
  const upstreams = [{ name: 'vendor', provider: 'openai' as const, baseUrl: mock.url }]
  const env = { BATCH_CHECK_SECONDS: '1' }
  let gateway: Gateway = await startGateway({ upstreams, dataDir, env })
  const made = await fetch(`${gateway.baseUrl}/batches`, {
    method: 'POST',
    headers: { authorization: `Bearer ${gateway.proxyKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      input_file_id: 'file-x',
      endpoint: '/v1/chat/completions',
      completion_window: '24h',
    }),
  })
  const { id } = (await made.json()) as { id: string }
  const rows = () => {
    using database = gateway.database()
    return database
      .query<{ cost_usd: number; total_tokens: number }, []>(
        "SELECT cost_usd, total_tokens FROM usage_records WHERE endpoint = 'batches' AND total_tokens > 0",
      )
      .all()
  }
  mock.objects.set(id, { id, status: 'in_progress', model: 'gpt-4o' })
  await waitFor(
    'a look at the batch',
    () =>
      mock.calls.some(({ path, method }) => method === 'GET' && path === `/batches/${id}`) || null,
  )
  expect(rows()).toEqual([])

  mock.objects.set(id, {
    id,
    status: 'completed',
    model: 'gpt-4o',
    usage: TOKENS,
    output_file_id: 'file-out',
  })
  for (let kill = 0; kill < KILLS; kill++) {
    const before = mock.calls.length
    await waitFor('the next look', () =>
      mock.calls.length > before || rows().length > 0 ? true : null,
    )
    await Bun.sleep(kill)
    gateway.signal('SIGKILL')
    await gateway.exited
    // As if the kill had come before the batch was closed.
    gateway = await startGateway({ dataDir, env })
    using database = gateway.database()
    database.run('UPDATE vendor_objects SET closed_at = NULL')
  }
  await waitFor('the charge', () => (rows().length > 0 ? true : null))
  // gpt-4o: 2.50 and 10 USD a million tokens, half of it in a batch.
  expect(rows()).toEqual([{ total_tokens: 1_500, cost_usd: expect.closeTo(0.00375, 8) }])
  const owner = (key: string) =>
    fetch(`${gateway.baseUrl}/files/file-out/content`, {
      headers: { authorization: `Bearer ${key}` },
    })
  expect((await owner(gateway.proxyKey)).status).toBe(200)
  await gateway.stop()
  await mock.stop()
  rmSync(dataDir, { recursive: true, force: true })
}, 120_000)
