/** A gateway that has no file left refuses what it can't take, and serves again as soon as there is room. */
import { afterAll, expect, test } from 'bun:test'
import { readdirSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { connectRaw, postText } from '../support/raw-client.ts'
import { waitFor } from '../support/waiting.ts'
import { ask, QUESTION } from './asking.ts'
import { startRig, upstreamState } from './rig.ts'

const rig = await startRig({ models: { m: 1, unreached: 1 } })
afterAll(() => rig.close(), 20_000)

/** `prlimit` is util-linux's; it sets what `ulimit -n` would have set at the start. */
function allowOpenFiles(most: number): void {
  const { exitCode, stderr } = Bun.spawnSync([
    'prlimit',
    `--pid=${rig.gateway.pid}`,
    `--nofile=${most}:`,
  ])
  if (exitCode !== 0) throw new Error(`prlimit: ${stderr}`)
}

/** The limit is on the numbers of files, and the lowest that is free is the next. */
function allowNoFurtherFile(): void {
  const open = new Set(readdirSync(`/proc/${rig.gateway.pid}/fd`))
  let next = 0
  while (open.has(String(next))) next++
  allowOpenFiles(next)
}

test("a connection to an upstream that it has no file for is its own fault, not the key's", async () => {
  // So that what it opens and loads once is open and loaded.
  await (await ask(rig.gateway, 'm')).row()
  const client = await connectRaw(rig.gateway.port)
  client.write(`GET /livez HTTP/1.1\r\nhost: h\r\n\r\n`)
  await client.reply()
  rig.mock.dropConnections()
  await waitFor('the upstream to be closed', () => rig.mock.connections() === 0)
  allowNoFurtherFile()
  const body = JSON.stringify({ model: 'unreached', messages: QUESTION })
  for (let request = 1; request <= 3; request++) {
    client.write(postText(rig.gateway.proxyKey, body))
    const { status, body: answer } = await client.reply(request)
    expect(status).toBe(503)
    expect(answer.toString()).toContain('gateway: it may open no more files')
  }
  allowOpenFiles(4096)
  client.end()
  expect((await ask(rig.gateway, 'unreached')).status).toBe(200)
  const state = await upstreamState(rig, 'unreached-1', (row) => row.total_requests > 0)
  expect(state).toMatchObject({ status: 'healthy', failure_count: 0, total_errors: 0 })
})

test('more connections than it may have files do not end it', async () => {
  expect((await ask(rig.gateway, 'm')).status).toBe(200)
  allowOpenFiles(64)
  const sockets: Socket[] = []
  for (let at = 0; at < 200; at++) {
    const socket = connect(rig.gateway.port, '127.0.0.1')
    socket.on('error', () => {})
    sockets.push(socket)
  }
  const during = await fetch(`${rig.gateway.origin}/livez`, { signal: AbortSignal.timeout(2_000) })
    .then(({ status }) => status)
    .catch(() => 'refused or not taken')
  expect([200, 503, 'refused or not taken']).toContain(during)
  for (const socket of sockets) socket.destroy()
  await waitFor('it to serve again', async () => {
    const answer = await ask(rig.gateway, 'm').catch(() => null)
    return answer?.status === 200
  })
}, 40_000)
