/**
 * Measures the gateway beside nginx and the bare upstream, prints a table, and keeps the figures:
 * `bench/results/embedded.json`, with `--save` also `bench/baseline-embedded.json`. `--several` measures
 * one of several instances, on PostgreSQL and Redis. Exit code 1 if a goal is missed.
 */
import { loadavg } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { bundle } from '../scripts/bundle.ts'
import { measureEndurance, measureLag } from './endurance.ts'
import { measureGarbage } from './garbage.ts'
import { type Report, reportOf } from './report.ts'
import { createLoader } from './rig/load.ts'
import {
  answered,
  loadTarget,
  measureLoad,
  measureMemory,
  measureStreams,
  warmUp,
} from './rig/measure.ts'
import { memoryOf } from './rig/process-cost.ts'
import { startRig } from './rig/rig.ts'
import { measureExecutableStart, measureNginxStart, measureStart } from './start-up.ts'

/** The same number of events a second, alone and in fives. */
const PACES = [
  { chunks: 101, everyMs: 20 },
  { chunks: 101, everyMs: 100, atOnce: 5 },
] as const
/** It shows no growth, so less is enough. */
const NGINX_LAG_SECONDS = 30

const { values } = parseArgs({
  options: {
    save: { type: 'boolean', default: false },
    several: { type: 'boolean', default: false },
  },
})
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
  step('starting up, several times')
  const start = {
    source: await measureStart('source'),
    installed: await measureStart('installed'),
    executable: await measureExecutableStart(),
    nginxMs: await measureNginxStart(),
  }
  await using rig = await startRig(PACES, values.several)
  const loader = await createLoader(rig.folder.dataDir)
  const idleMb = measureMemory(rig)
  step('warming up')
  await warmUp(rig, loader)
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
    gateway: await measureEndurance(loadTarget(rig, 'gateway'), loader),
    nginx: await measureLag(loadTarget(rig, 'nginx'), loader, NGINX_LAG_SECONDS),
  }
  const loadedMb = measureMemory(rig)
  const { peakMb } = memoryOf(rig.gateway.pid)
  step('garbage')
  const garbageKb = await measureGarbage(rig.direct.chatPort, loader)
  step('done')
  const memory = { idleMb, loadedMb, peakMb }
  const measured = { one, many, streams, bursts, ...memory, start, endurance, garbageKb }
  return reportOf(measured, load, values.several)
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
  // Null if `npm run build` has not made one.
  console.log(Bun.inspect.table({ source, installed, ...(executable && { executable }), nginx }))
  console.log(`waits of one more client under that load, in ms, with their causes:`)
  console.log(Bun.inspect.table(report.lag))
  const goals = report.goals.map(({ met, ...rest }) => ({ ...rest, met: met ? 'yes' : 'NO' }))
  console.log(Bun.inspect.table(goals))
}

function transposed(figures: Report['figures']): Record<string, string | number>[] {
  const names = Object.keys(Object.values(figures)[0] ?? {})
  return names.map((name) => ({
    figure: name,
    ...Object.fromEntries(Object.entries(figures).map(([way, row]) => [way, row[name] ?? ''])),
  }))
}
