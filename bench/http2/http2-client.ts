/** The measuring process of `http2.ts`, which tells it by argument, as JSON, where the upstreams are. */
import { rounded } from '../rig/figures.ts'
import { startCpuClock } from '../rig/process-cost.ts'
import { CHAT_REPLY, CHAT_REQUEST } from '../rig/replies.ts'
import { outcome, reportFaults } from './http2-faults.ts'

export interface Http2Task {
  /** nginx that speaks HTTP/2 and HTTP/1.1, and one that speaks only HTTP/1.1. */
  both: string
  onlyHttp1: string
  nginxPid: number
  key: string
  cert: string
  faultsOnly: boolean
}

type Protocol = 'http2' | 'http1.1'

const AT_ONCE = [1, 64, 256]
/** Twice, in turns, so that a noisy moment shows. */
const TURNS: readonly Protocol[] = ['http1.1', 'http2', 'http1.1', 'http2']

const task = JSON.parse(process.argv[2] ?? '') as Http2Task
if (!task.faultsOnly) {
  for (const atOnce of AT_ONCE) {
    for (const protocol of TURNS)
      say(`${protocol}, ${atOnce} at once`, await cost(protocol, atOnce))
  }
}
say('http2 to nginx without it', await outcome(ask(task.onlyHttp1, 'http2')))
say('5,000 at once of 60 kB at 20 kB/s, 128 a connection', await beyondTheStreamLimit())
say('60 at once, half of them aborted', await halfAborted())
await reportFaults(task.key, task.cert)
process.exit(0)

async function cost(protocol: Protocol, atOnce: number): Promise<object> {
  const total = atOnce === 1 ? 4_000 : 15_000
  await askMany(protocol, atOnce, total / 4)
  const [own, upstream] = [startCpuClock(process.pid), startCpuClock(task.nginxPid)]
  const startedMs = performance.now()
  const wrong = await askMany(protocol, atOnce, total)
  const tookMs = performance.now() - startedMs
  const each = (cpu: () => number) => rounded(cpu() / 1000 / total, 1)
  return {
    wrong,
    perSecond: Math.round((total / tookMs) * 1000),
    cpuUs: each(own),
    upstreamCpuUs: each(upstream),
  }
}

/** How many replies were wrong. */
async function askMany(protocol: Protocol, atOnce: number, count: number): Promise<number> {
  let left = count
  let wrong = 0
  const worker = async () => {
    while (left-- > 0) {
      const reply = await ask(task.both, protocol)
      if (reply.status !== 200 || (await reply.text()) !== CHAT_REPLY) wrong++
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  return wrong
}

function ask(origin: string, protocol: Protocol): Promise<Response> {
  return fetch(`${origin}/v1`, {
    method: 'POST',
    body: CHAT_REQUEST,
    headers: { 'content-type': 'application/json', authorization: 'Bearer sk-test' },
    decompress: false,
    protocol,
  })
}

async function beyondTheStreamLimit(): Promise<object> {
  const startedMs = performance.now()
  const all = Array.from({ length: 5_000 }, () => outcome(slow(), 60_000))
  const kinds = Object.entries(Object.groupBy(await Promise.all(all), (one) => one))
  return {
    seconds: rounded((performance.now() - startedMs) / 1000, 1),
    outcomes: kinds.map(([kind, ones]) => `${ones?.length} × ${kind}`),
  }
}

async function halfAborted(): Promise<object> {
  const aborts = Array.from({ length: 60 }, () => new AbortController())
  const all = aborts.map((abort) => outcome(slow(abort.signal), 10_000))
  await Bun.sleep(500)
  for (const abort of aborts.slice(0, 30)) abort.abort()
  const results = await Promise.all(all)
  return {
    aborted: [...new Set(results.slice(0, 30))],
    others: [...new Set(results.slice(30))],
  }
}

function slow(signal: AbortSignal | null = null): Promise<Response> {
  return fetch(`${task.both}/slow`, { protocol: 'http2', signal })
}

function say(name: string, value: unknown): void {
  console.log(name.padEnd(52), typeof value === 'string' ? value : JSON.stringify(value))
}
