/**
 * 5,000 streams at once, ten events a second each, through nginx and through the gateway: each must be whole. Says
 * what they cost, and how late events come compared with the bare upstream.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { percentile, rounded } from './rig/figures.ts'
import { launchGateway, prepareFolder } from './rig/gateway.ts'
import type { WayName } from './rig/measure.ts'
import { startNginx } from './rig/nginx.ts'
import { memoryOf, startCpuClock } from './rig/process-cost.ts'
import { STREAM_MODEL } from './rig/replies.ts'
import { startStreamUpstream } from './rig/stream-upstream.ts'
import { bareProxy, freePorts } from './rig/surroundings.ts'
import { runOpenStreams } from './streams-at-once.ts'

const STREAMS = 5_000
const CHUNKS = 50
const EVERY_MS = 100

/** A way to the upstream. */
interface OpenWay extends AsyncDisposable {
  port: number
  key: string
  /** The measured process; null if there is none in between. */
  pid: number | null
}

const P99 = 'p99 between events (ms)'
const ADDED = 'added to that by it (ms)'

const WAYS: Record<WayName, (upstreamPort: number) => Promise<OpenWay>> = {
  direct: async (port) => ({ port, key: '', pid: null, async [Symbol.asyncDispose]() {} }),
  nginx: throughNginx,
  gateway: throughGateway,
}
/** Printed as they are. */
export type OpenStreamFigures = Record<string, number>

export async function measureOpenStreams(): Promise<Record<WayName, OpenStreamFigures>> {
  const direct = await measure(WAYS.direct)
  const beside = async (name: WayName) => {
    const figures = await measure(WAYS[name])
    return { ...figures, [ADDED]: rounded((figures[P99] ?? 0) - (direct[P99] ?? 0), 1) }
  }
  return { direct, nginx: await beside('nginx'), gateway: await beside('gateway') }
}

async function measure(
  open: (upstreamPort: number) => Promise<OpenWay>,
): Promise<OpenStreamFigures> {
  await using stack = new AsyncDisposableStack()
  const upstream = startStreamUpstream({ chunks: CHUNKS, everyMs: EVERY_MS, hold: true })
  stack.defer(() => upstream.stop())
  const { port, key: proxyKey, pid } = stack.use(await open(upstream.port))
  const residentMb = () => (pid === null ? 0 : memoryOf(pid).residentMb)
  const idleMb = residentMb()
  let openMb = 0
  const cpu = pid === null ? () => 0 : startCpuClock(pid)
  const { openMs, results } = await runOpenStreams({
    ...{ upstream, port, proxyKey, streams: STREAMS, chunks: CHUNKS },
    whenOpen() {
      openMb = residentMb()
    },
  })
  const usedUs = cpu() / 1000
  const gaps = results.flatMap(({ gapsMs }) => gapsMs)
  return {
    'opened in s': rounded(openMs / 1000, 1),
    'MB with all open': rounded(openMb, 1),
    'kB per stream': rounded(((openMb - idleMb) * 1024) / STREAMS, 1),
    'CPU µs per event, opening included': rounded(usedUs / STREAMS / CHUNKS, 1),
    'p50 between events (ms)': rounded(percentile(gaps, 50), 1),
    [P99]: rounded(percentile(gaps, 99), 1),
  }
}

async function throughNginx(upstreamPort: number): Promise<OpenWay> {
  const [port = 0] = freePorts(1)
  const { workerPid, stop } = await startNginx(bareProxy('streams', port, upstreamPort))
  return { port, key: '', pid: workerPid, [Symbol.asyncDispose]: stop }
}

async function throughGateway(upstreamPort: number): Promise<OpenWay> {
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

if (import.meta.main) {
  const rows = Object.entries(await measureOpenStreams())
  console.log(Bun.inspect.table(rows.map(([way, figures]) => ({ way, ...figures }))))
}
