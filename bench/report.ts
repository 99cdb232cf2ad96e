/** Writes figures into a report: what was measured, on which machine, with which goals. */
import { cpus } from 'node:os'
import type { LagFigures } from './endurance.ts'
import { type Goal, goalsOf } from './goals.ts'
import type { Measurements, Starts } from './measurements.ts'
import type { OpenStreamFigures } from './open-streams.ts'
import { rounded } from './rig/figures.ts'
import type { LoadResult } from './rig/load.ts'
import { medianOf, waysIn } from './rig/measure.ts'
import type { StreamFigures } from './streams.ts'

type Row = Record<string, string | number>

export interface Report {
  date: string
  machine: { cores: number; cpu: string; loadAverage: number }
  versions: Record<string, string>
  figures: Record<string, Row>
  peakMb: number
  start: Starts
  lag: Record<'gateway' | 'nginx', LagFigures>
  openStreams: Record<string, OpenStreamFigures>
  goals: Goal[]
}

export function reportOf(measured: Measurements, loadAverage: number): Report {
  const { one, many, streams, bursts, idleMb, loadedMb, start, endurance } = measured
  return {
    date: new Date().toISOString(),
    machine: {
      cores: cpus().length,
      cpu: cpus()[0]?.model ?? 'unknown',
      loadAverage: rounded(loadAverage),
    },
    versions: { bun: Bun.version, nginx: nginxVersion() },
    figures: Object.fromEntries(
      waysIn(one).map((way) => [
        way,
        {
          ...loadFigures('c1', one[way] ?? []),
          ...loadFigures('c64', many[way] ?? []),
          ...streamFigures('single events', streams[way] ?? [], way !== 'direct'),
          ...streamFigures('bursts of 5', bursts[way] ?? [], way !== 'direct'),
          'idle MB': rounded(idleMb[way] ?? 0, 1),
          'loaded MB': rounded(loadedMb[way] ?? 0, 1),
        },
      ]),
    ),
    peakMb: rounded(measured.peakMb, 1),
    start: roundedNumbers(start),
    lag: roundedNumbers({ gateway: endurance.gateway.lag, nginx: endurance.nginx.lag }),
    openStreams: measured.openStreams,
    goals: goalsOf(measured),
  }
}

function loadFigures(prefix: string, rounds: readonly LoadResult[]): Row {
  return {
    [`${prefix} requests/s`]: Math.round(medianOf(rounds, (one) => one.perSecond)),
    [`${prefix} p50 µs`]: medianOf(rounds, (one) => one.p50Us),
    [`${prefix} p99 µs`]: medianOf(rounds, (one) => one.p99Us),
    [`${prefix} p99.9 µs`]: medianOf(rounds, (one) => one.p999Us),
    [`${prefix} CPU µs`]: rounded(
      medianOf(rounds, (one) => one.cpuUs),
      1,
    ),
  }
}

/** On the direct way the counted process is the upstream of chat, which sees no stream. */
function streamFigures(prefix: string, rounds: readonly StreamFigures[], costKnown: boolean): Row {
  return {
    [`${prefix}: CPU µs each`]: costKnown
      ? rounded(medianOf(rounds, (one) => one.cpuUsPerChunk))
      : '',
    [`${prefix}: first p50 ms`]: rounded(medianOf(rounds, (one) => one.firstTokenP50Ms)),
    [`${prefix}: first p99 ms`]: rounded(medianOf(rounds, (one) => one.firstTokenP99Ms)),
    [`${prefix}: events/read`]: rounded(medianOf(rounds, (one) => one.chunksPerRead)),
  }
}

function roundedNumbers<T>(value: T): T {
  return JSON.parse(
    JSON.stringify(value, (_, one) => (typeof one === 'number' ? rounded(one, 1) : one)),
  ) as T
}

function nginxVersion(): string {
  const { stderr } = Bun.spawnSync(['nginx', '-v'])
  return /nginx\/(\S+)/.exec(stderr.toString())?.[1] ?? 'unknown'
}
