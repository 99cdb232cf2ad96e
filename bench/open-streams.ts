/**
 * 5,000 streams at once, ten events a second each, through nginx and through the gateway: each must be whole. Prints
 * what they cost, and how late events come compared with the bare upstream.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { percentile, rounded } from './rig/figures.ts'
import { launchGateway, prepareFolder } from './rig/gateway.ts'
import { startNginx } from './rig/nginx.ts'
import { cpuNanoseconds, memoryOf } from './rig/process-cost.ts'
import { STREAM_MODEL } from './rig/replies.ts'
import { startStreamUpstream } from './rig/stream-upstream.ts'
import { bareProxy, freePorts } from './rig/surroundings.ts'
import { runOpenStreams } from './streams-at-once.ts'

const STREAMS = 5_000
const CHUNKS = 50
const EVERY_MS = 100

/** A way to the upstream. */
interface Way extends AsyncDisposable {
  port: number
  key: string
  /** The measured process; null if there is none in between. */
  pid: number | null
}

const WAYS: Record<string, (upstreamPort: number) => Promise<Way>> = {
  direct: async (port) => ({ port, key: '', pid: null, async [Symbol.asyncDispose]() {} }),
  nginx: throughNginx,
  gateway: throughGateway,
}
const rows = []
for (const [way, open] of Object.entries(WAYS)) rows.push({ way, ...(await measure(open)) })
console.log(Bun.inspect.table(rows))

async function measure(open: (upstreamPort: number) => Promise<Way>) {
  await using stack = new AsyncDisposableStack()
  const upstream = startStreamUpstream({ chunks: CHUNKS, everyMs: EVERY_MS, hold: true })
  stack.defer(() => upstream.stop())
  const { port, key: proxyKey, pid } = stack.use(await open(upstream.port))
  const residentMb = () => (pid === null ? 0 : memoryOf(pid).residentMb)
  const idleMb = residentMb()
  let openMb = 0
  const before = pid === null ? 0 : cpuNanoseconds(pid)
  const { openMs, results } = await runOpenStreams({
    ...{ upstream, port, proxyKey, streams: STREAMS, chunks: CHUNKS },
    whenOpen() {
      openMb = residentMb()
    },
  })
  const usedUs = pid === null ? 0 : (cpuNanoseconds(pid) - before) / 1000
  const gaps = results.flatMap(({ gapsMs }) => gapsMs)
  return {
    'opened in s': rounded(openMs / 1000, 1),
    'MB with all open': rounded(openMb, 1),
    'kB per stream': rounded(((openMb - idleMb) * 1024) / STREAMS, 1),
    'CPU µs per event, opening included': rounded(usedUs / STREAMS / CHUNKS, 1),
    'p50 between events (ms)': rounded(percentile(gaps, 50), 1),
    'p99 between events (ms)': rounded(percentile(gaps, 99), 1),
  }
}

async function throughNginx(upstreamPort: number): Promise<Way> {
  const [port = 0] = freePorts(1)
  const { workerPid, stop } = await startNginx(bareProxy('streams', port, upstreamPort))
  return { port, key: '', pid: workerPid, [Symbol.asyncDispose]: stop }
}

async function throughGateway(upstreamPort: number): Promise<Way> {
  const dataDir = mkdtempSync(join(tmpdir(), 'gpt-proxy-bench-streams-'))
  const upstreams = [{ name: 'streams', model: STREAM_MODEL, port: upstreamPort }]
  const { proxyKey } = await prepareFolder(dataDir, upstreams)
  const { port, pid, stop } = await launchGateway(dataDir)
  return {
    port,
    key: proxyKey,
    pid,
    async [Symbol.asyncDispose]() {
      await stop()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}
