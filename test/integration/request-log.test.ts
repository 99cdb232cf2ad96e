/** One log line per request, with the id that the client got, unless the log level excludes it. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Gateway, startGateway } from '../support/gateway.ts'
import { type MockUpstream, startMockUpstream } from '../support/mock/mock-upstream.ts'
import { environmentFor, MAIN } from '../support/processes/gateway-process.ts'
import { closedPort } from '../support/servers/raw-server.ts'
import { waitFor } from '../support/waiting.ts'

let dataDir: string
let mock: MockUpstream
let gateway: Gateway
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'gpt-proxy-log-'))
  mock = await startMockUpstream()
  const upstreams = [{ name: 'main', baseUrl: mock.url, models: ['m'] }]
  gateway = await startGateway({ dataDir, upstreams, env: { LOG_LEVEL: 'info' } })
}, 60_000)
afterAll(async () => {
  await mock.close()
  rmSync(dataDir, { recursive: true })
})

/** Served, without a model, with a wrong key: by their statuses, the ids that their replies carried. */
async function idsOfRequests(origin: string): Promise<Map<number, string>> {
  const asked = [
    ['m', gateway.proxyKey],
    ['nobody-serves-this', gateway.proxyKey],
    ['m', 'sk-wrong'],
  ].map(async ([model, key]) => {
    const reply = await fetch(`${origin}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}` },
      body: JSON.stringify({ model, messages: [] }),
    })
    await reply.arrayBuffer()
    return [reply.status, reply.headers.get('x-request-id') ?? 'none'] as const
  })
  return new Map(await Promise.all(asked))
}

function linesIn(logs: string): Record<string, unknown>[] {
  return logs
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}'))
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}

test('each request has one line with the id that its client was given', async () => {
  const ids = await idsOfRequests(gateway.origin)
  expect([...ids.keys()].sort()).toEqual([200, 401, 404])
  for (const [status, id] of ids) {
    const ofIt = () => linesIn(gateway.logs()).filter(({ requestId }) => requestId === id)
    await waitFor(`the line of the ${status}`, () => ofIt().length > 0)
    expect(ofIt()).toHaveLength(1)
    expect(ofIt()[0]).toMatchObject({ status })
  }
  expect(await gateway.stop()).toBe(0)
}, 60_000)

test('LOG_LEVEL=WARNING leaves them out', async () => {
  const port = String(await closedPort())
  const child = Bun.spawn([process.execPath, MAIN, 'serve'], {
    env: environmentFor(dataDir, { LOG_LEVEL: 'WARNING', PORT: port }),
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: 'pipe',
  })
  const origin = `http://127.0.0.1:${port}`
  // Not even that it listens is said.
  await waitFor('it to listen', () => fetch(`${origin}/livez`).catch(() => false), 15_000)
  const ids = await idsOfRequests(origin)
  expect([...ids.keys()].sort()).toEqual([200, 401, 404])
  // A stop writes all that waits to be written.
  child.kill('SIGTERM')
  expect(await child.exited).toBe(0)
  expect(await new Response(child.stderr).text()).toBe('')
}, 60_000)
