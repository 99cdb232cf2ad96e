/** Figures into a report: what was measured, on what machine, beside which targets. */
import { cpus } from 'node:os'
import { rounded } from './rig/figures.ts'
import type { LoadResult } from './rig/load.ts'
import { compared, medianOf, type Rounds, WAYS, type WayName } from './rig/measure.ts'
import type { StartFigures } from './start-up.ts'
import type { StreamFigures } from './streams.ts'

export interface Measurements {
  one: Rounds<LoadResult>
  many: Rounds<LoadResult>
  streams: Rounds<StreamFigures>
  memory: { idleMb: Record<WayName, number>; loadedMb: Record<WayName, number>; peakMb: number }
  source: StartFigures
  executable: StartFigures | null
  nginxReadyMs: number
}

export interface Target {
  name: string
  measured: number
  atMost: number
  met: boolean
}

export type Row = Record<string, string | number>

export interface Report {
  date: string
  machine: { cores: number; cpu: string; loadAverage: number }
  versions: Record<string, string>
  figures: Record<string, Row>
  /** The most that the gateway ever held. */
  peakMb: number
  start: { source: StartFigures; executable: StartFigures | null }
  targets: Target[]
}

/** `several`: as one of several instances, where each request asks Redis; then less is promised. */
export function reportOf(measured: Measurements, loadAverage: number, several: boolean): Report {
  const { one, many, streams, memory, source, executable, nginxReadyMs } = measured
  return {
    date: new Date().toISOString(),
    machine: {
      cores: cpus().length,
      cpu: cpus()[0]?.model ?? 'unknown',
      loadAverage: rounded(loadAverage),
    },
    versions: { bun: Bun.version, nginx: nginxVersion() },
    figures: Object.fromEntries(
      WAYS.map((way) => [
        way,
        {
          ...loadFigures('c1', one[way]),
          ...loadFigures('c64', many[way]),
          ...streamFigures(streams[way], way !== 'direct'),
          'idle MB': rounded(memory.idleMb[way], 1),
          'loaded MB': rounded(memory.loadedMb[way], 1),
          'ready ms': rounded(way === 'gateway' ? source.readyMs : nginxReadyMs, 1),
        },
      ]),
    ),
    peakMb: rounded(memory.peakMb, 1),
    start: { source: roundedStart(source), executable: executable && roundedStart(executable) },
    targets: [
      target(
        "CPU a request at 64 connections, times nginx's",
        compared(many, 'nginx', (r) => r.cpuUs, divide),
        several ? 5 : 3.5,
      ),
      ...(several ? [] : aloneTargets(measured)),
      target('idle memory (MB)', source.idleMb, 90),
      target('ready after (ms)', source.readyMs, 300),
    ],
  }
}

function aloneTargets({ one, streams }: Measurements): Target[] {
  return [
    target(
      "CPU a streamed chunk, times nginx's",
      compared(streams, 'nginx', (r) => r.cpuUsPerChunk, divide),
      2,
    ),
    target(
      'added at p50 with one connection, to direct (ms)',
      compared(one, 'direct', (r) => r.p50Us, subtract) / 1000,
      0.2,
    ),
  ]
}

const divide = (gateway: number, other: number) => gateway / other
const subtract = (gateway: number, other: number) => gateway - other

function target(name: string, measured: number, atMost: number): Target {
  return { name, measured: rounded(measured, 3), atMost, met: measured <= atMost }
}

function loadFigures(prefix: string, rounds: readonly LoadResult[]): Row {
  return {
    [`${prefix} requests/s`]: Math.round(medianOf(rounds, (one) => one.perSecond)),
    [`${prefix} p50 µs`]: medianOf(rounds, (one) => one.p50Us),
    [`${prefix} p99 µs`]: medianOf(rounds, (one) => one.p99Us),
    [`${prefix} CPU µs`]: rounded(
      medianOf(rounds, (one) => one.cpuUs),
      1,
    ),
  }
}

/** On the direct way the counted process is the upstream of chat, which sees no stream. */
function streamFigures(rounds: readonly StreamFigures[], costKnown: boolean): Row {
  return {
    'CPU µs/chunk': costKnown ? rounded(medianOf(rounds, (one) => one.cpuUsPerChunk)) : '',
    'first token p50 ms': rounded(medianOf(rounds, (one) => one.firstTokenP50Ms)),
    'first token p99 ms': rounded(medianOf(rounds, (one) => one.firstTokenP99Ms)),
    'chunks/read': rounded(medianOf(rounds, (one) => one.chunksPerRead)),
  }
}

function roundedStart({ readyMs, idleMb, sizeMb }: StartFigures): StartFigures {
  return {
    readyMs: rounded(readyMs, 1),
    idleMb: rounded(idleMb, 1),
    sizeMb: sizeMb === null ? null : rounded(sizeMb, 1),
  }
}

function nginxVersion(): string {
  const { stderr } = Bun.spawnSync(['nginx', '-v'])
  return /nginx\/(\S+)/.exec(stderr.toString())?.[1] ?? 'unknown'
}
