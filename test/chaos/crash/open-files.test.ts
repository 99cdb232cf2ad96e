/** A gateway with few file descriptors refuses clients that it can't serve immediately, and serves all others. */
import { afterAll, describe, expect, test } from 'bun:test'
import { readdirSync } from 'node:fs'
import { connectRaw, postText, type RawClient } from '../../support/raw-client.ts'
import { waitFor } from '../../support/waiting.ts'
import { ask, QUESTION } from '../asking.ts'
import { startRig, upstreamState } from '../rig.ts'

const FILES = 192
/** A third of them is the gateway's own, and each client may need two. */
const MOST = 64
const rig = await startRig({ models: { m: 1, unreached: 1 }, openFiles: FILES })
afterAll(() => rig.close(), 20_000)
const { gateway, mock } = rig
const REQUEST = postText(gateway.proxyKey, JSON.stringify({ model: 'm', messages: QUESTION }))

async function crowd(size: number): Promise<RawClient[]> {
  const clients: RawClient[] = []
  while (clients.length < size) clients.push(await connectRaw(gateway.port))
  return clients
}

/** Whole replies of a connection, in their order. */
async function statusOf(client: RawClient, index: number): Promise<number> {
  client.write(REQUEST)
  return (await client.reply(index)).status
}

describe('with as many connections as there may be', () => {
  test('open connections are still served, including through new upstream connections', async () => {
    const standing = await crowd(MOST)
    mock.dropConnections()
    expect(await Promise.all(standing.map((client) => statusOf(client, 0)))).toEqual(
      Array(MOST).fill(200),
    )
    const beyond = await crowd(3 * MOST)
    for (const client of beyond) {
      const { status, headers, body } = await client.reply()
      expect([status, headers.connection, headers['retry-after']]).toEqual([503, 'close', '1'])
      expect(JSON.parse(body.toString()).error).toMatchObject({
        code: 'too_many_connections',
        type: 'server_error',
        message: expect.stringContaining('LimitNOFILE'),
      })
      await client.closed()
    }
    expect(await statusOf(standing[0] as RawClient, 1)).toBe(200)
    await waitFor('the warning in the log', () => gateway.logs().includes('connections rejected'))
    for (const client of [...standing, ...beyond]) client.end()
  }, 60_000)

  test('and it serves everyone again once there is room', async () => {
    await waitFor('it to serve again', async () => (await ask(gateway, 'm')).status === 200)
    const { status, failure_count } = await upstreamState(rig, 'm-1', () => true)
    expect([status, failure_count]).toEqual(['healthy', 0])
  })
})

/** `prlimit` is util-linux's; it sets what `ulimit -n` would have set at the start. */
function allowOpenFiles(most: number): void {
  const { exitCode, stderr } = Bun.spawnSync([
    'prlimit',
    `--pid=${gateway.pid}`,
    `--nofile=${most}:`,
  ])
  if (exitCode !== 0) throw new Error(`prlimit: ${stderr}`)
}

/** The limit is on the numbers of files, and the lowest that is free is the next. */
function allowNoFurtherFile(): void {
  const open = new Set(readdirSync(`/proc/${gateway.pid}/fd`))
  let next = 0
  while (open.has(String(next))) next++
  allowOpenFiles(next)
}

test("running out of file descriptors for upstream connections doesn't count against the key", async () => {
  // So that the journal and the store have the files that they keep open.
  await (await ask(gateway, 'm')).row()
  const client = await connectRaw(gateway.port)
  client.write(`GET /livez HTTP/1.1\r\nhost: h\r\n\r\n`)
  await client.reply()
  mock.dropConnections()
  await waitFor('the upstream to be closed', () => mock.connections() === 0)
  allowNoFurtherFile()
  const body = JSON.stringify({ model: 'unreached', messages: QUESTION })
  const requests: string[] = []
  for (let request = 1; request <= 3; request++) {
    client.write(postText(gateway.proxyKey, body))
    const { status, headers, body: answer } = await client.reply(request)
    requests.push(headers['x-request-id'] ?? '')
    expect(status).toBe(503)
    expect(answer.toString()).toContain('gateway: it may open no more files')
  }
  allowOpenFiles(FILES)
  client.end()
  expect((await ask(gateway, 'unreached')).status).toBe(200)
  for (const id of requests)
    expect(await gateway.usageRow(id)).toMatchObject({ status: 503, total_tokens: 0 })
  const state = await upstreamState(rig, 'unreached-1', (row) => row.total_requests > 0)
  expect(state).toMatchObject({ status: 'healthy', failure_count: 0, total_errors: 0 })
}, 60_000)
