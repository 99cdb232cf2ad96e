/** What a request leaves behind for the garbage collector, as the runtime's own log of collections says. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EVERYTHING_ON, launchGateway, prepareFolder } from './rig/gateway.ts'
import type { Loader } from './rig/load.ts'
import { CHAT_MODEL } from './rig/replies.ts'

const CONNECTIONS = 64
const WARM_UP_SECONDS = 5
const SECONDS = 10

/** Kilobytes a request, in the heap of the thread that serves. The gateway is one of its own, because it logs a lot. */
export async function measureGarbage(chatPort: number, loader: Loader): Promise<number> {
  const dataDir = mkdtempSync(join(tmpdir(), 'gpt-proxy-bench-garbage-'))
  try {
    const upstreams = [{ name: 'chat', model: CHAT_MODEL, port: chatPort }]
    const { proxyKey } = await prepareFolder(dataDir, upstreams)
    const settings = { ...EVERYTHING_ON, BUN_JSC_logGC: '1' }
    const { origin, pid, stop } = await launchGateway(dataDir, { settings })
    const target = { origin, key: proxyKey, pid }
    const written = () => readFileSync(join(dataDir, 'gateway.log'), 'utf8')
    await loader.run(target, CONNECTIONS, WARM_UP_SECONDS)
    const before = written().length
    const { requests } = await loader.run(target, CONNECTIONS, SECONDS)
    const bytes = allocatedBytes(written().slice(before))
    await stop()
    return bytes / 1000 / requests
  } finally {
    rmSync(dataDir, { recursive: true, force: true })
  }
}

/** The busiest heap's: each thread has one. A heap is named in the line after the one that says how full it was. */
function allocatedBytes(log: string): number {
  const ofHeap = new Map<string, number>()
  for (const [, bytes, heap = ''] of log.matchAll(
    /bytes allocated this cycle: (\d+)[^\n]*\n[^\n]*\[GC<(0x[0-9a-f]+)>/g,
  ))
    ofHeap.set(heap, (ofHeap.get(heap) ?? 0) + Number(bytes))
  if (ofHeap.size === 0) throw new Error('the runtime logged no collection')
  return Math.max(...ofHeap.values())
}
