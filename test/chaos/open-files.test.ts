/** A gateway that has no file left refuses what it can't take, and serves again as soon as there is room. */
import { afterAll, expect, test } from 'bun:test'
import { connect, type Socket } from 'node:net'
import { waitFor } from '../support/waiting.ts'
import { ask } from './asking.ts'
import { startRig } from './rig.ts'

const rig = await startRig({ models: { m: 1 } })
afterAll(() => rig.close(), 20_000)

/** `prlimit` is util-linux's; it sets what `ulimit -n` would have set at the start. */
function allowOpenFiles(most: number): void {
  const { exitCode, stderr } = Bun.spawnSync([
    'prlimit',
    `--pid=${rig.gateway.pid}`,
    `--nofile=${most}:${most}`,
  ])
  if (exitCode !== 0) throw new Error(`prlimit: ${stderr}`)
}

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
