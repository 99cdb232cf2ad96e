/** `npm start`: ready within a second on an idle machine, and stopped with npm. */
import { expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../deploy/nginx.ts'
import { environmentFor } from '../support/processes/gateway-process.ts'
import { waitFor } from '../support/waiting.ts'

const ROOT = join(import.meta.dir, '../..')
const ROUNDS = 3
const LIMIT_MS = 1_000
/** The runtime alone takes 6 ms and all of it about 350; where the first takes longer, so does everything. */
const LIMIT_IN_BARE_STARTS = 150

async function leastMs(measure: () => Promise<number>): Promise<number> {
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round++) times.push(await measure())
  return Math.min(...times)
}

async function endedMs(...command: string[]): Promise<number> {
  const startedMs = performance.now()
  const child = Bun.spawn(command, { cwd: ROOT, stdin: 'ignore', stdout: 'ignore' })
  expect(await child.exited).toBe(0)
  return performance.now() - startedMs
}

/** From `npm start` in an empty folder to the first 200 of /readyz. */
async function readyMs(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'gpt-proxy-start-up-'))
  const port = await freePort()
  const startedMs = performance.now()
  const child = Bun.spawn(['npm', 'start'], {
    cwd: ROOT,
    env: environmentFor(join(folder, 'data'), { PORT: String(port) }),
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: 'ignore',
  })
  const isReady = () =>
    fetch(`http://127.0.0.1:${port}/readyz`).then(
      ({ status }) => status === 200,
      () => false,
    )
  try {
    await waitFor('/readyz', isReady, 20_000)
    return performance.now() - startedMs
  } finally {
    // Were a shell between npm and the gateway, it would die of the signal and leave the gateway behind.
    child.kill('SIGTERM')
    expect(await child.exited).toBe(0)
    expect(await isReady()).toBe(false)
    rmSync(folder, { recursive: true, force: true })
  }
}

test("npm start is ready within a second of npm's own time, and a signal ends both", async () => {
  const npmMs = await leastMs(() => endedMs('npm', '--version'))
  const bareMs = await leastMs(() => endedMs(process.execPath, '-e', '0'))
  const took = await leastMs(readyMs)
  expect(took - npmMs).toBeLessThan(Math.max(LIMIT_MS, LIMIT_IN_BARE_STARTS * bareMs))
}, 60_000)
