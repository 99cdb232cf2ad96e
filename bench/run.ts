/**
 * Measures the gateway against nginx and the bare upstream, prints a table, and keeps the figures:
 * `bench/results/embedded.json`, with `--save` also `bench/baseline-embedded.json`. `--several` measures
 * one of several instances, on PostgreSQL and Redis. `--peers URL,KEY,PID` adds a gateway of any kind that runs on
 * this machine, as in compare.ts. Exit code 1 if a goal is missed.
 */
import { loadavg } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { bundle } from '../scripts/bundle.ts'
import { compile } from '../scripts/compile.ts'
import { measureEndurance } from './endurance.ts'
import { measureGarbage } from './garbage.ts'
import { measureOpenStreams } from './open-streams.ts'
import { type Report, reportOf } from './report.ts'
import { readPeer, readPorts } from './rig/candidates.ts'
import { EXECUTABLE } from './rig/gateway.ts'
import { createLoader, type Loader, type LoadResult } from './rig/load.ts'
import {
  answered,
  loadTarget,
  measureLoad,
  measureMemory,
  measureStreams,
  type Rounds,
  warmUp,
} from './rig/measure.ts'
import { memoryOf } from './rig/process-cost.ts'
import { startRig } from './rig/rig.ts'
import { measureNginxStart, measureStart } from './start-up.ts'

/** The same number of events a second, alone and in fives. */
const PACES = [
  { chunks: 101, everyMs: 20 },
  { chunks: 101, everyMs: 100, atOnce: 5 },
] as const
const ENDURANCE_SECONDS = 180
/** It shows no growth, so less is enough. */
const NGINX_ENDURANCE_SECONDS = 40

const { values } = parseArgs({
  options: {
    save: { type: 'boolean', default: false },
    several: { type: 'boolean', default: false },
    peers: { type: 'string', multiple: true, default: [] },
    ports: { type: 'string' },
  },
})
const peers = values.peers.map(readPeer)
const ports = readPorts(values.ports)
const name = values.several ? 'several' : 'embedded'
const startedMs = performance.now()
const step = (text: string) =>
  console.error(`[${((performance.now() - startedMs) / 1000).toFixed(0)} s] ${text}`)

const report = await measure()
print(report)
process.exitCode = report.goals.every(({ met }) => met) ? 0 : 1
const results = join(import.meta.dir, 'results', `${name}.json`)
await Bun.$`mkdir -p ${dirname(results)}`.quiet()
for (const file of [
  results,
  ...(values.save ? [join(import.meta.dir, `baseline-${name}.json`)] : []),
]) {
  await Bun.write(file, `${JSON.stringify(report, null, 2)}\n`)
  console.log(`written: ${file}`)
}

async function measure(): Promise<Report> {
  const load = loadavg()[0] ?? 0
  await bundle()
  await compile(EXECUTABLE)
  step('starting up, several times')
  const start = {
    source: await measureStart('source'),
    installed: await measureStart('installed'),
    executable: await measureStart('executable'),
    nginxMs: await measureNginxStart(),
  }
  await using rig = await startRig({ paces: PACES, several: values.several, peers, ports })
  const loader = await createLoader(rig.folder.dataDir)
  const idleMb = measureMemory(rig)
  step('warming up')
  await warmUp(rig, loader, PACES)
  step('64 connections')
  const many = await measureLoad(rig, loader, 64)
  step('1 connection')
  const one = await measureLoad(rig, loader, 1)
  step('300 streams, one event in each read')
  const streams = await measureStreams(rig, PACES[0], 'single')
  step('300 streams, five events in each read')
  const bursts = await measureStreams(rig, PACES[1], 'burst')
  mustBeRecorded(rig.recorded(), answered(one, many))
  step('three minutes of full load')
  const endurance = {
    gateway: await measureEndurance(loadTarget(rig, 'gateway'), loader, ENDURANCE_SECONDS),
    nginx: await measureEndurance(loadTarget(rig, 'nginx'), loader, NGINX_ENDURANCE_SECONDS),
  }
  const loadedMb = measureMemory(rig)
  const { peakMb } = memoryOf(rig.gateway.pid)
  step('garbage')
  const garbageKb = await measureGarbage(rig.direct.chatPort, loader)
  step('5,000 streams at once')
  const openStreams = await measureOpenStreams()
  if (!values.several) step('64 connections, on PostgreSQL and Redis')
  const onServers = values.several ? null : await measureOnServers(loader)
  step('done')
  const memory = { idleMb, loadedMb, peakMb }
  const measured = { one, many, streams, bursts, ...memory, start, endurance, garbageKb }
  return reportOf({ ...measured, openStreams, onServers }, load)
}

async function measureOnServers(loader: Loader): Promise<Rounds<LoadResult>> {
  await using rig = await startRig({ paces: PACES, several: true })
  await warmUp(rig, loader, [])
  // Awaited here: the rig lasts no longer than this function.
  return await measureLoad(rig, loader, 64)
}

/** A gateway that skips its bookkeeping would be fast, and not the one that is meant. */
function mustBeRecorded(rows: number, requests: number): void {
  if (rows < requests) throw new Error(`${rows} usage records of ${requests} requests`)
}

function print(report: Report): void {
  const { cores, cpu, loadAverage } = report.machine
  console.log(
    `\n${cores} cores, ${cpu}, load before ${loadAverage}; Bun ${report.versions.bun}, nginx ${report.versions.nginx}`,
  )
  console.log(Bun.inspect.table(transposed(report.figures)))
  console.log(`gateway: under the load at most ${report.peakMb} MB`)
  const { source, installed, executable, nginxMs } = report.start
  const nginx = { readyMs: nginxMs }
  console.log(Bun.inspect.table({ source, installed, executable, nginx }))
  console.log(`waits of one more client under that load, in ms, with their causes:`)
  console.log(Bun.inspect.table(report.lag))
  console.log('5,000 streams at once, ten events a second each:')
  console.log(Bun.inspect.table(transposed(report.openStreams)))
  const goals = report.goals.map(({ met, ...rest }) => ({ ...rest, met: met ? 'yes' : 'NO' }))
  console.log(Bun.inspect.table(goals))
}

function transposed(figures: Report['figures']): Record<string, string | number>[] {
  const names = [...new Set(Object.values(figures).flatMap((row) => Object.keys(row)))]
  return names.map((name) => ({
    figure: name,
    ...Object.fromEntries(Object.entries(figures).map(([way, row]) => [way, row[name] ?? ''])),
  }))
}
