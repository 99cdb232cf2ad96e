/** Requests by wrk, each reply checked: status and body, to the byte. */
import { join } from 'node:path'
import { startCpuClock } from './process-cost.ts'
import { ensureProgram } from './programs.ts'
import { CHAT_REPLY, CHAT_REQUEST } from './replies.ts'

const SCRIPT = join(import.meta.dir, 'wrk.lua')

export interface LoadTarget {
  origin: string
  key: string
  /** Whose CPU time is counted. */
  pid: number
}

export interface LoadResult {
  requests: number
  perSecond: number
  p50Us: number
  p99Us: number
  p999Us: number
  /** CPU time of the measured process. */
  cpuUs: number
}

export interface Loader {
  run(target: LoadTarget, connections: number, seconds: number): Promise<LoadResult>
}

export async function createLoader(folder: string): Promise<Loader> {
  const wrk = ensureProgram('wrk')
  const [request, reply] = [join(folder, 'request.json'), join(folder, 'reply.json')]
  await Promise.all([Bun.write(request, CHAT_REQUEST), Bun.write(reply, CHAT_REPLY)])
  return {
    async run({ origin, key, pid }, connections, seconds) {
      const url = `${origin}/v1/chat/completions`
      const cpu = startCpuClock(pid)
      const child = Bun.spawn(
        [
          wrk,
          '-t1',
          `-c${connections}`,
          `-d${seconds}s`,
          '-s',
          SCRIPT,
          url,
          '--',
          key,
          request,
          reply,
        ],
        {
          stdout: 'pipe',
          stderr: 'inherit',
        },
      )
      const output = await new Response(child.stdout).text()
      const used = cpu()
      const { requests, seconds: took, wrong, failed, ...percentiles } = summaryIn(output)
      if (wrong > 0 || failed > 0 || requests === 0) {
        throw new Error(
          `${url}: ${wrong} wrong and ${failed} failed of ${requests} replies at ${connections} connections`,
        )
      }
      const perSecond = requests / took
      return { requests, perSecond, ...percentiles, cpuUs: used / 1000 / requests }
    },
  }
}

interface Summary {
  requests: number
  seconds: number
  p50Us: number
  p99Us: number
  p999Us: number
  wrong: number
  failed: number
}

function summaryIn(output: string): Summary {
  const line = output.split('\n').find((one) => one.startsWith('{'))
  if (line === undefined) throw new Error(`wrk said nothing of its measurements:\n${output}`)
  return JSON.parse(line) as Summary
}
