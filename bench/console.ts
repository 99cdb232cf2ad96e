/**
 * What an open console costs the gateway under 200 model requests a second: rounds with the console open in a real
 * browser and rounds without it take turns, so that a busy machine disturbs both alike. Exit code 1 if the console adds
 * more than 5 % of a core, or if a request of a round with it stalls.
 */
import { type ConsoleRig, startSignedIn, type Visit } from '../test/console/console-rig.ts'
import { chatCompletion, jsonReply } from '../test/support/mock/mock-upstream.ts'
import { pause } from '../test/support/waiting.ts'
import { percentile, rounded } from './rig/figures.ts'
import { startCpuClock } from './rig/process-cost.ts'

const MODEL = 'gpt-4o-mini'
const RATE = 200
const ROUNDS = 4
const ROUND_MS = 10_000
/** The pages that ask the gateway most: figures and gauge, the live tail, states, and sums. */
const PAGES = ['', 'requests?live=true', 'upstreams', 'usage']
const MAX_CPU_PERCENT = 5
/** Longer than any pause that a person or a client would notice as one. */
const STALL_MS = 500

interface Round {
  /** Of one core. */
  cpuPercent: number
  times: number[]
}

const { rig, first, url } = await startSignedIn(MODEL)
const without: Round[] = []
const withConsole: Round[] = []
try {
  rig.mock.script(() => jsonReply(200, chatCompletion('Hello!')))
  await first.page.goto('about:blank')
  await round(rig, ROUND_MS / 2)
  for (let at = 0; at < ROUNDS; at++) {
    await first.page.goto('about:blank')
    without.push(await round(rig, ROUND_MS))
    const looking = look(first, at)
    withConsole.push(await round(rig, ROUND_MS))
    await looking
  }
} finally {
  await rig.close()
}
report()

/** A person opens a page and stays there for the round. */
async function look({ page }: Visit, at: number): Promise<void> {
  await page.goto(`${url}/${PAGES[at % PAGES.length]}`)
  await page.locator('main h1').waitFor()
}

/** Sends at a steady rate, whatever the answers take. */
async function round({ gateway, ask }: ConsoleRig, lengthMs: number): Promise<Round> {
  const times: number[] = []
  const pending: Promise<void>[] = []
  const cpu = startCpuClock(gateway.pid)
  const startedMs = performance.now()
  const passedMs = () => performance.now() - startedMs
  while (passedMs() < lengthMs) {
    while (pending.length < (passedMs() * RATE) / 1000) pending.push(timed(ask, times))
    await pause(2)
  }
  await Promise.all(pending)
  const cpuMs = cpu() / 1e6
  return { cpuPercent: (cpuMs / passedMs()) * 100, times }
}

async function timed(ask: ConsoleRig['ask'], times: number[]): Promise<void> {
  const startedMs = performance.now()
  const reply = await ask(MODEL)
  await reply.arrayBuffer()
  if (reply.status !== 200) throw new Error(`status ${reply.status}`)
  times.push(performance.now() - startedMs)
}

function report(): void {
  const row = (name: string, rounds: readonly Round[]) => {
    const times = rounds.flatMap((each) => each.times)
    return {
      '': name,
      requests: times.length,
      'CPU of a core (%)': rounded(middle(rounds), 1),
      'p50 (ms)': rounded(percentile(times, 50), 1),
      'p99 (ms)': rounded(percentile(times, 99), 1),
      'longest (ms)': rounded(Math.max(...times), 1),
    }
  }
  console.log(Bun.inspect.table([row('without', without), row('with', withConsole)]))
  const added = middle(withConsole) - middle(without)
  const longest = (rounds: readonly Round[]) => Math.max(...rounds.flatMap(({ times }) => times))
  const stalls = longest(withConsole) > Math.max(STALL_MS, longest(without))
  console.log(`The console adds ${added.toFixed(1)} % of a core; stall: ${stalls ? 'yes' : 'no'}.`)
  process.exitCode = added > MAX_CPU_PERCENT || stalls ? 1 : 0
}

/** The median of the rounds. */
function middle(rounds: readonly Round[]): number {
  return percentile(
    rounds.map(({ cpuPercent }) => cpuPercent),
    50,
  )
}
