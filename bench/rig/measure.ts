/** The rounds: every figure several times, the ways taking turns, so that a noisy moment hits all of them. */

import { runStreams, type StreamFigures } from '../streams.ts'
import type { Candidate } from './candidates.ts'
import { median } from './figures.ts'
import type { Loader, LoadResult, LoadTarget } from './load.ts'
import { residentMbOf } from './process-cost.ts'
import { BURST_MODEL, STREAM_MODEL, streamRequest } from './replies.ts'
import type { Rig } from './rig.ts'
import type { Pace } from './surroundings.ts'

export const WAYS = ['direct', 'nginx', 'gateway'] as const
export type WayName = (typeof WAYS)[number]

/** One way's figure in each round; the same index is the same round. Peers have names of their own. */
export type Rounds<T> = Record<WayName, T[]> & Readonly<Record<string, T[]>>

const LOAD_ROUNDS = 5
const LOAD_SECONDS = 2
/** The threads of the runtime's compiler take 4 % of all CPU for the first ten seconds, 1 % from then on. */
const WARM_UP_SECONDS = 12
const STREAM_ROUNDS = 5
/** Of 30,000 events of each kind: in the first ones an event costs a third more, most of it the runtime's compiler. */
const STREAM_WARM_UPS = 3
const STREAMS = 300
const START_EVERY_MS = 1
/** Events that come one by one, or several in each read. */
export const STREAM_KINDS = ['single', 'burst'] as const
export type StreamKind = (typeof STREAM_KINDS)[number]

/** The three ways, then the peers. */
function candidatesOf({ direct, nginx, gateway, folder, peers }: Rig): readonly Candidate[] {
  const { port, pid } = gateway
  const own = { chatPort: port, streamPorts: [port, port], pid, pids: [pid] }
  const ways = { direct, nginx, gateway: own }
  return [...WAYS.map((name) => ({ name, way: ways[name], key: folder.proxyKey })), ...peers]
}

/** The peers' names come last. */
export function waysIn(rounds: Rounds<unknown>): readonly string[] {
  return Object.keys(rounds)
}

function emptyRounds<T>(rig: Rig): Rounds<T> {
  const names = candidatesOf(rig).map(({ name }) => [name, []])
  return Object.fromEntries(names) as unknown as Rounds<T>
}

export type Memory = Record<WayName, number> & Readonly<Record<string, number>>

/** What each way holds now. */
export function measureMemory(rig: Rig): Memory {
  const held = candidatesOf(rig).map(({ name, way }) => [name, residentMbOf(way.pids)])
  return Object.fromEntries(held) as unknown as Memory
}

export async function warmUp(rig: Rig, loader: Loader, paces: readonly Pace[]): Promise<void> {
  for (const candidate of candidatesOf(rig)) {
    if (candidate.name === 'direct') continue
    const seconds = candidate.name === 'nginx' ? 1 : WARM_UP_SECONDS
    await loader.run(targetOf(candidate), 64, seconds)
    if (candidate.name !== 'nginx') await warmUpStreams(candidate, paces)
  }
}

/** With streams of both kinds. */
export async function warmUpStreams(
  candidate: Candidate,
  [single, burst]: readonly Pace[],
): Promise<void> {
  for (let round = 0; round < STREAM_WARM_UPS; round++) {
    if (single) await runStreamsOf(candidate, single, 'single')
    if (burst) await runStreamsOf(candidate, burst, 'burst')
  }
}

export function runStreamsOf(
  { way, key }: Candidate,
  { chunks }: Pace,
  kind: StreamKind,
): Promise<StreamFigures> {
  const target = {
    hostname: '127.0.0.1',
    port: way.streamPorts[STREAM_KINDS.indexOf(kind)] as number,
    headers: { authorization: `Bearer ${key}` },
    body: streamRequest(kind === 'single' ? STREAM_MODEL : BURST_MODEL),
  }
  return runStreams(target, way.pid, { streams: STREAMS, chunks, startEveryMs: START_EVERY_MS })
}

export async function measureLoad(
  rig: Rig,
  loader: Loader,
  connections: number,
): Promise<Rounds<LoadResult>> {
  const rounds = emptyRounds<LoadResult>(rig)
  for (let round = 0; round < LOAD_ROUNDS; round++) {
    for (const candidate of candidatesOf(rig)) {
      const result = await loader.run(targetOf(candidate), connections, LOAD_SECONDS)
      rounds[candidate.name]?.push(result)
    }
  }
  return rounds
}

export function loadTarget(rig: Rig, name: WayName): LoadTarget {
  return targetOf(candidatesOf(rig)[WAYS.indexOf(name)] as Candidate)
}

function targetOf({ way, key }: Candidate): LoadTarget {
  return { origin: `http://127.0.0.1:${way.chatPort}`, key, pid: way.pid }
}

/** Of single events, or of bursts. */
export async function measureStreams(
  rig: Rig,
  pace: Pace,
  kind: StreamKind,
): Promise<Rounds<StreamFigures>> {
  const rounds = emptyRounds<StreamFigures>(rig)
  for (let round = 0; round < STREAM_ROUNDS; round++) {
    for (const candidate of candidatesOf(rig))
      rounds[candidate.name]?.push(await runStreamsOf(candidate, pace, kind))
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
