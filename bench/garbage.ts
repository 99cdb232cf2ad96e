/** What a request leaves for the garbage collector, as the runtime's own log of collections says. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { median } from './rig/figures.ts'
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

/** To the end of the line, or until another thread logs in the middle of it. */
const CYCLE = /\[GC<(0x[0-9a-f]+)>: START M (\d+)kb(?:(?!START)[^\n])*?(?: => (\d+)kb, p=|$)/gm

interface Heap {
  cycles: number
  /** Kilobytes that it grew by between two cycles, if the log shows both. */
  growths: number[]
  /** Kilobytes after the last cycle; null if another thread cut its line. */
  after: number | null
}

/**
 * Of the busiest heap: each thread has one. What the runtime logs as allocated is only for collections that the amount
 * caused, which under load few are. So it is the growth between collections: their median, because where threads write
 * at the same time a line may end with what belongs to another heap.
 */
export function allocatedBytes(log: string): number {
  const heaps = new Map<string, Heap>()
  for (const [, name = '', before, after] of log.matchAll(CYCLE)) {
    const heap = heaps.get(name) ?? { cycles: 0, growths: [], after: null }
    heaps.set(name, heap)
    heap.cycles++
    if (heap.after !== null) heap.growths.push(Number(before) - heap.after)
    heap.after = after === undefined ? null : Number(after)
  }
  const known = [...heaps.values()].filter(({ growths }) => growths.length > 0)
  if (known.length === 0) throw new Error('the runtime logged no two collections in a row')
  return Math.max(...known.map(({ cycles, growths }) => cycles * median(growths))) * 1024
}
