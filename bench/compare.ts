/**
 * Compares the gateways of several checkouts with one another and with nginx, in alternating rounds:
 * `npx bun bench/compare.ts BASE TREE… [--rounds 5] [--only load|streams]`. It needs no stored figures: it compares
 * the candidates within each round, so that a noisy moment affects all of them. Each checkout needs its own packages.
 *
 * `--peers URL,KEY,PID` adds a gateway of any kind that runs on this machine. It must send gpt-4o, gpt-4o-mini and
 * gpt-4.1-mini to the upstreams, whose three ports `--ports 21100,21101,21102` sets.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import {
  type Candidate,
  type Candidates,
  readPeer,
  readPorts,
  startCandidates,
} from './rig/candidates.ts'
import { median, rounded } from './rig/figures.ts'
import { createLoader, type Loader } from './rig/load.ts'
import { runStreamsOf, STREAM_KINDS, warmUpStreams } from './rig/measure.ts'
import { residentMbOf } from './rig/process-cost.ts'
import type { Pace } from './rig/surroundings.ts'

const LOAD_SECONDS = 2
/** The runtime's compiler threads take 4 % of all CPU time in the first ten seconds, then 1 %. */
const WARM_UP_SECONDS = 12
const CHUNKS = 101
/** The same number of events a second. */
const PACES = [
  { chunks: CHUNKS, everyMs: 20 },
  { chunks: CHUNKS, everyMs: 100, atOnce: 5 },
] as const

const { values, positionals: trees } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '5' },
    only: { type: 'string' },
    peers: { type: 'string', multiple: true, default: [] },
    ports: { type: 'string' },
  },
})
const peers = values.peers.map(readPeer)
const ports = readPorts(values.ports)
if (trees.length + peers.length === 0)
  throw new Error('name the checkouts to compare, e.g. bench/compare.ts ../old .')
if (values.only !== undefined && !['load', 'streams'].includes(values.only))
  throw new Error(`--only is "load" or "streams", not "${values.only}"`)
const parts = { load: values.only !== 'streams', streams: values.only !== 'load' }

/** By the name of the figure. */
type Figures = Record<string, number>

await using candidates = await startCandidates({ trees, peers, paces: PACES, ports })
const folder = mkdtempSync(join(tmpdir(), 'gpt-proxy-compare-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
const loader = await createLoader(folder)
const all = [candidates.nginx, ...candidates.gateways]
const idle = all.map(({ way }) => residentMbOf(way.pids))
for (const candidate of candidates.gateways) {
  if (parts.load) await loader.run(loadTarget(candidate), 64, WARM_UP_SECONDS)
  if (parts.streams) await warmUpStreams(candidate, PACES)
}
const rounds: Figures[][] = all.map(() => [])
for (let round = 0; round < Number(values.rounds); round++) {
  // The first of one round is the last of the next.
  const order = all.map((_, at) => (round % 2 === 0 ? at : all.length - 1 - at))
  for (const at of order)
    rounds[at]?.push(await measure(all[at] as Candidate, loader, idle[at] as number))
  console.error(`round ${round + 1} of ${values.rounds}`)
}
print(candidates, rounds)

async function measure(candidate: Candidate, loader: Loader, idleMb: number): Promise<Figures> {
  const figures: Figures = {}
  for (const connections of parts.load ? [64, 1] : []) {
    const run = await loader.run(loadTarget(candidate), connections, LOAD_SECONDS)
    const { perSecond, cpuUs, p50Us, p99Us, p999Us } = run
    const named = { 'requests/s': perSecond, 'CPU µs': cpuUs }
    const waits = { 'p50 µs': p50Us, 'p99 µs': p99Us, 'p99.9 µs': p999Us }
    for (const [name, figure] of Object.entries({ ...named, ...waits }))
      figures[`c${connections} ${name}`] = figure
  }
  for (const [at, kind] of parts.streams ? STREAM_KINDS.entries() : []) {
    const run = await runStreamsOf(candidate, PACES[at] as Pace, kind)
    const name = kind === 'single' ? 'single events' : 'bursts of 5'
    figures[`${name}: CPU µs each`] = run.cpuUsPerChunk
    figures[`${name}: events/read`] = run.chunksPerRead
    figures[`${name}: first p99 ms`] = run.firstTokenP99Ms
  }
  figures['idle MB'] = idleMb
  figures['loaded MB'] = residentMbOf(candidate.way.pids)
  return figures
}

function loadTarget({ way, key }: Candidate) {
  return { origin: `http://127.0.0.1:${way.chatPort}`, key, pid: way.pid }
}

/** Medians of each candidate; ratios of each checkout to nginx and to the first one, with their spread. */
function print({ gateways: compared }: Candidates, measured: readonly Figures[][]): void {
  const [nginx = [], base = [], ...others] = measured
  const names = ['nginx', ...compared.map(({ name }, at) => `${at}:${name}`)]
  const rows = Object.keys(nginx[0] ?? {}).map((figure) => ({
    figure,
    ...Object.fromEntries(names.map((name, at) => [name, middle(measured[at] ?? [], figure)])),
    ...Object.fromEntries(
      [base, ...others].map((one, at) => [`${at}/nginx`, ratio(one, nginx, figure)]),
    ),
    ...Object.fromEntries(others.map((one, at) => [`${at + 1}/0`, ratio(one, base, figure)])),
  }))
  const load = loadavg().map((value) => value.toFixed(1))
  console.log(`load average ${load.join(' ')}; medians, and ratios as median [lowest–highest]`)
  console.log(Bun.inspect.table(rows))
}

function middle(measured: readonly Figures[], figure: string): number {
  return rounded(median(measured.map((one) => one[figure] ?? 0)), 1)
}

function ratio(one: readonly Figures[], other: readonly Figures[], figure: string): string {
  const ratios = one.map((figures, round) => (figures[figure] ?? 0) / (other[round]?.[figure] ?? 0))
  const [lowest, highest] = [Math.min(...ratios), Math.max(...ratios)]
  return `${median(ratios).toFixed(2)} [${lowest.toFixed(2)}–${highest.toFixed(2)}]`
}
