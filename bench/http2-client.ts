/** The measuring process of `http2.ts`. */
import { rounded } from './figures.ts'
import { outcome, reportFaults } from './http2-faults.ts'
import { cpuNanoseconds } from './process-cost.ts'
import { CHAT_REPLY, CHAT_REQUEST } from './replies.ts'

const env = (name: string): string => {
  const value = process.env[name]
  if (value === undefined) throw new Error(`${name} is not set; start bench/http2.ts instead`)
  return value
}
const H2 = env('H2_URL')
const H1 = env('H1_URL')
type Protocol = 'http2' | 'http1.1'

const ask = (url: string, protocol: Protocol, init: BunFetchRequestInit = {}) =>
  fetch(url, {
    method: 'POST',
    body: CHAT_REQUEST,
    headers: { 'content-type': 'application/json', authorization: 'Bearer sk-test' },
    decompress: false,
    protocol,
    ...init,
  })

async function throughput(protocol: Protocol, atOnce: number): Promise<object> {
  const total = atOnce === 1 ? 4_000 : 15_000
  const run = async (count: number) => {
    let left = count
    let wrong = 0
    const worker = async () => {
      while (left-- > 0) {
        const reply = await ask(`${H2}/v1`, protocol)
        if (reply.status !== 200 || (await reply.text()) !== CHAT_REPLY) wrong++
      }
    }
    await Promise.all(Array.from({ length: atOnce }, worker))
    return wrong
  }
  await run(total / 4)
  const [cpu, upstream, startedMs] = [cpuNanoseconds(process.pid), cpuNanoseconds(Number(env('NGINX_WORKER_PID'))), performance.now()]
  const wrong = await run(total)
  const each = (ns: number) => rounded(ns / 1000 / total, 1)
  return {
    protocol,
    atOnce,
    wrong,
    perSecond: Math.round(total / ((performance.now() - startedMs) / 1000)),
    clientCpuUs: each(cpuNanoseconds(process.pid) - cpu),
    upstreamCpuUs: each(cpuNanoseconds(Number(env('NGINX_WORKER_PID'))) - upstream),
  }
}

const say = (name: string, value: unknown) => console.log(name.padEnd(52), typeof value === 'string' ? value : JSON.stringify(value))

for (const atOnce of process.env.QUICK ? [] : [1, 64, 256]) {
  for (const protocol of ['http1.1', 'http2', 'http1.1', 'http2'] as const) {
    console.log(JSON.stringify(await throughput(protocol, atOnce)))
  }
}

say('http2 to nginx without it', await outcome(ask(`${H1}/v1`, 'http2')))
{
  const before = performance.now()
  const all = await Promise.all(Array.from({ length: 5_000 }, () => outcome(fetch(`${H2}/slow`, { protocol: 'http2' }), 60_000)))
  const kinds = new Map<string, number>()
  for (const one of all) {
    const kind = one
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
  }
  say('5,000 at once of 60 kB at 20 kB/s (128 a connection)', { seconds: rounded((performance.now() - before) / 1000, 1), ...Object.fromEntries(kinds) })
}
{
  const aborts = Array.from({ length: 60 }, () => new AbortController())
  const all = aborts.map((abort) => outcome(fetch(`${H2}/slow`, { protocol: 'http2', signal: abort.signal }), 10_000))
  await Bun.sleep(500)
  for (const abort of aborts.slice(0, 30)) abort.abort()
  const kinds = (await Promise.all(all)).map((one) => one)
  say('60 streams, half aborted: the aborted', [...new Set(kinds.slice(0, 30))])
  say('60 streams, half aborted: the others', [...new Set(kinds.slice(30))])
}

await reportFaults(env('TLS_KEY'), env('TLS_CERT'))
process.exit(0)
