/** The rounds: every figure several times, the ways taking turns, so that a noisy moment hits all of them. */

import { runStreams, type StreamFigures } from '../streams.ts'
import { median } from './figures.ts'
import type { Loader, LoadResult } from './load.ts'
import { residentMbOf } from './process-cost.ts'
import { BURST_MODEL, STREAM_MODEL, streamRequest } from './replies.ts'
import type { Rig } from './rig.ts'
import type { Pace, Way } from './surroundings.ts'

export const WAYS = ['direct', 'nginx', 'gateway'] as const
export type WayName = (typeof WAYS)[number]

/** One way's figure in each round; the same index is the same round. */
export type Rounds<T> = Record<WayName, T[]>

const LOAD_ROUNDS = 5
const LOAD_SECONDS = 2
/** The threads of the runtime's compiler take 4 % of all CPU for the first ten seconds, 1 % from then on. */
const WARM_UP_SECONDS = 12
const STREAM_ROUNDS = 3
const STREAMS = 300
const START_EVERY_MS = 1

export function wayOf(rig: Rig, name: WayName): Way {
  if (name !== 'gateway') return rig[name]
  const { port, pid } = rig.gateway
  return { chatPort: port, streamPorts: [port, port], pid, pids: [pid] }
}

/** What each way holds now. */
export function measureMemory(rig: Rig): Record<WayName, number> {
  const held = (name: WayName) => residentMbOf(wayOf(rig, name).pids)
  return { direct: held('direct'), nginx: held('nginx'), gateway: held('gateway') }
}

export async function warmUp(rig: Rig, loader: Loader): Promise<void> {
  await loader.run(loadTarget(rig, 'gateway'), 64, WARM_UP_SECONDS)
  await loader.run(loadTarget(rig, 'nginx'), 64, 1)
}

export async function measureLoad(
  rig: Rig,
  loader: Loader,
  connections: number,
): Promise<Rounds<LoadResult>> {
  const rounds: Rounds<LoadResult> = { direct: [], nginx: [], gateway: [] }
  for (let round = 0; round < LOAD_ROUNDS; round++) {
    for (const name of WAYS) {
      rounds[name].push(await loader.run(loadTarget(rig, name), connections, LOAD_SECONDS))
    }
  }
  return rounds
}

export function loadTarget(rig: Rig, name: WayName) {
  const { chatPort, pid } = wayOf(rig, name)
  return { origin: `http://127.0.0.1:${chatPort}`, key: rig.folder.proxyKey, pid }
}

/** Of single events, or of bursts. */
export async function measureStreams(
  rig: Rig,
  pace: Pace,
  kind: 'single' | 'burst',
): Promise<Rounds<StreamFigures>> {
  const body = streamRequest(kind === 'single' ? STREAM_MODEL : BURST_MODEL)
  const at = kind === 'single' ? 0 : 1
  const rounds: Rounds<StreamFigures> = { direct: [], nginx: [], gateway: [] }
  const load = { streams: STREAMS, chunks: pace.chunks, startEveryMs: START_EVERY_MS }
  for (let round = 0; round < STREAM_ROUNDS; round++) {
    for (const name of WAYS) {
      const { streamPorts, pid } = wayOf(rig, name)
      const headers = { authorization: `Bearer ${rig.folder.proxyKey}` }
      const target = {
        hostname: '127.0.0.1',
        port: streamPorts[at] as number,
        headers,
        body,
      }
      rounds[name].push(await runStreams(target, pid, load))
    }
  }
  return rounds
}

/** How many requests the gateway was seen to answer. */
export function answered(...loads: readonly Rounds<LoadResult>[]): number {
  return loads.flatMap((rounds) => rounds.gateway).reduce((sum, one) => sum + one.requests, 0)
}

export function medianOf<T>(rounds: readonly T[], figure: (one: T) => number): number {
  return median(rounds.map(figure))
}

/** The middle of what each round said: noise that lasts for a round falls out of its ratio or difference. */
export function compared<T>(
  rounds: Rounds<T>,
  other: WayName,
  figure: (one: T) => number,
  compare: (gateway: number, other: number) => number,
): number {
  const pairs = rounds.gateway.map((gateway, index) => [gateway, rounds[other][index]] as const)
  return median(
    pairs.flatMap(([gateway, beside]) =>
      beside === undefined ? [] : [compare(figure(gateway), figure(beside))],
    ),
  )
}
