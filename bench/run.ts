/**
 * Measures the gateway beside nginx and the bare upstream, prints a table, and keeps the figures:
 * `bench/results/embedded.json`, with `--save` also `bench/baseline-embedded.json`. `--several` measures
 * one of several instances, on PostgreSQL and Redis. Exit code 1 where a target is missed.
 */
import { loadavg } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Report, reportOf } from './report.ts'
import { createLoader } from './rig/load.ts'
import { answered, measureLoad, measureMemory, measureStreams, warmUp } from './rig/measure.ts'
import { memoryOf } from './rig/process-cost.ts'
import { startRig } from './rig/rig.ts'
import { measureNginxStart, measureStart } from './start-up.ts'

const PACE = { chunks: 100, everyMs: 20 }

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
process.exitCode = report.targets.every(({ met }) => met) ? 0 : 1
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
  step('starting up, several times')
  const source = await measureStart('source')
  if (source === null) throw new Error('no source')
  const executable = await measureStart('executable')
  const nginxReadyMs = await measureNginxStart()
  await using rig = await startRig(PACE, values.several)
  const loader = await createLoader(rig.folder.dataDir)
  const idleMb = measureMemory(rig)
  step('warming up')
  await warmUp(rig, loader)
  step('64 connections')
  const many = await measureLoad(rig, loader, 64)
  step('1 connection')
  const one = await measureLoad(rig, loader, 1)
  step('300 streams')
  const streams = await measureStreams(rig, PACE)
  mustBeRecorded(rig.recorded(), answered(one, many))
  step('done')
  const loadedMb = measureMemory(rig)
  const { peakMb } = memoryOf(rig.gateway.pid)
  const memory = { idleMb, loadedMb, peakMb }
  return reportOf(
    { one, many, streams, memory, source, executable, nginxReadyMs },
    load,
    values.several,
  )
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
  const { source, executable } = report.start
  console.log(
    `gateway: idle without upstreams ${source.idleMb} MB, under the load at most ${report.peakMb} MB; from source ready after ${source.readyMs} ms; ${executable === null ? 'no dist/gpt-proxy' : `executable ${executable.readyMs} ms, ${executable.sizeMb} MB, idle ${executable.idleMb} MB`}`,
  )
  console.log(
    Bun.inspect.table(
      report.targets.map(({ met, ...rest }) => ({ ...rest, met: met ? 'yes' : 'NO' })),
    ),
  )
}

function transposed(figures: Report['figures']): Record<string, string | number>[] {
  const names = Object.keys(Object.values(figures)[0] ?? {})
  return names.map((name) => ({
    figure: name,
    ...Object.fromEntries(Object.entries(figures).map(([way, row]) => [way, row[name] ?? ''])),
  }))
}
