/** Many paced streams at once through one address: cost a chunk, time to the first token, all of them whole. */
import { percentile } from './rig/figures.ts'
import { startCpuClock } from './rig/process-cost.ts'
import { openStream, type StreamResult, type StreamTarget } from './rig/stream-client.ts'

export interface StreamLoad {
  streams: number
  chunks: number
  /** Between two starts, so that the streams' chunks spread over their common pace. */
  startEveryMs: number
}

export interface StreamFigures {
  cpuUsPerChunk: number
  firstTokenP50Ms: number
  firstTokenP99Ms: number
  chunksPerRead: number
}

export async function runStreams(
  target: StreamTarget,
  pid: number,
  load: StreamLoad,
): Promise<StreamFigures> {
  const cpu = startCpuClock(pid)
  const ends: Promise<StreamResult>[] = []
  for (let started = 0; started < load.streams; started++) {
    ends.push(openStream(target).end)
    await Bun.sleep(load.startEveryMs)
  }
  const results = await Promise.all(ends)
  const used = cpu()
  mustBeWhole(results, load.chunks)
  const total = load.streams * load.chunks
  const firsts = results.map((result) => result.firstMs)
  return {
    cpuUsPerChunk: used / 1000 / total,
    firstTokenP50Ms: percentile(firsts, 50),
    firstTokenP99Ms: percentile(firsts, 99),
    chunksPerRead: total / results.reduce((sum, result) => sum + result.reads, 0),
  }
}

export function mustBeWhole(results: readonly StreamResult[], chunks: number): void {
  const broken = results.filter((result) => !result.complete || result.chunks !== chunks)
  if (broken.length === 0) return
  const first = broken[0]
  throw new Error(
    `${broken.length} of ${results.length} streams are not whole; the first: status ${first?.status}, ${first?.chunks} of ${chunks} chunks, ${first?.trouble ?? 'ended'}`,
  )
}
