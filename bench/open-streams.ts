/** Very many streams open at once through one gateway process: each must be whole. Prints what they cost. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rounded } from './rig/figures.ts'
import { launchGateway, prepareFolder } from './rig/gateway.ts'
import { cpuNanoseconds, memoryOf } from './rig/process-cost.ts'
import { STREAM_MODEL } from './rig/replies.ts'
import { startStreamUpstream } from './rig/stream-upstream.ts'
import { runOpenStreams } from './streams-at-once.ts'

const STREAMS = 5_000
const CHUNKS = 20

await using stack = new AsyncDisposableStack()
const dataDir = mkdtempSync(join(tmpdir(), 'gpt-proxy-bench-streams-'))
stack.defer(() => rmSync(dataDir, { recursive: true, force: true }))
const upstream = startStreamUpstream({ chunks: CHUNKS, everyMs: 100, hold: true })
stack.defer(() => upstream.stop())
const { proxyKey } = await prepareFolder(dataDir, [
  { name: 'streams', model: STREAM_MODEL, port: upstream.port },
])
const gateway = await launchGateway(dataDir)
stack.defer(() => gateway.stop())

const idle = memoryOf(gateway.pid)
const [cpu, startedMs] = [cpuNanoseconds(gateway.pid), performance.now()]
const { openMs } = await runOpenStreams({
  upstream,
  port: gateway.port,
  proxyKey,
  streams: STREAMS,
  chunks: CHUNKS,
  whenOpen: () =>
    console.log(
      `${STREAMS} open at once: ${rounded(memoryOf(gateway.pid).residentMb, 1)} MB (idle ${rounded(idle.residentMb, 1)} MB)`,
    ),
})
const used = (cpuNanoseconds(gateway.pid) - cpu) / 1000
console.log(
  `all ${STREAMS} whole: ${CHUNKS} chunks each, opened within ${rounded(openMs / 1000, 1)} s, ended after ${rounded((performance.now() - startedMs) / 1000, 1)} s`,
)
console.log(
  `${rounded(used / STREAMS / CHUNKS, 1)} CPU µs a chunk with its share of opening; peak ${rounded(memoryOf(gateway.pid).peakMb, 1)} MB`,
)
