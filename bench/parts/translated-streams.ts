/**
 * What a translated stream costs compared with one that passes: the same upstream's events, to a client of its own format and
 * to clients of others, in alternating rounds. Exit code 1 if a translated event costs more than twice a passed one.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { percentile, rounded } from '../rig/figures.ts'
import { launchGateway, prepareFolder } from '../rig/gateway.ts'
import { STREAM_MODEL, STREAM_REQUEST } from '../rig/replies.ts'
import type { StreamTarget } from '../rig/stream-client.ts'
import { startStreamUpstream } from '../rig/stream-upstream.ts'
import { runStreams } from '../streams.ts'

const ROUNDS = 5
const LOAD = { streams: 200, chunks: 100, startEveryMs: 3 }
const EVERY_MS = 20
/** The most that a translated event may cost, in passed ones. */
const GOAL = 2

type Ask = Pick<StreamTarget, 'path' | 'body' | 'content' | 'end'>

const CLIENTS: Readonly<Record<string, Ask>> = {
  'chat, passed': { body: STREAM_REQUEST },
  'messages, translated': {
    path: '/v1/messages',
    body: JSON.stringify({
      model: STREAM_MODEL,
      max_tokens: 1_000,
      messages: [{ role: 'user', content: 'Count.' }],
      stream: true,
    }),
    content: /"type":"text_delta"/g,
    end: 'event: message_stop',
  },
  'responses, translated': {
    path: '/v1/responses',
    body: JSON.stringify({ model: STREAM_MODEL, input: 'Count.', stream: true }),
    content: /^event: response\.output_text\.delta$/gm,
    end: 'event: response.completed',
  },
}

let missed = false
for (const atOnce of [1, 5]) {
  const rows = await measure(atOnce)
  console.log(`${atOnce} event${atOnce === 1 ? '' : 's'} in each write of the upstream`)
  console.log(Bun.inspect.table(rows))
  missed ||= rows.some((row) => row['times a passed one'] > GOAL)
}
if (missed) {
  console.error(`a translated event costs more than ${GOAL} times a passed one`)
  process.exitCode = 1
}

async function measure(atOnce: number) {
  await using stack = new AsyncDisposableStack()
  const dataDir = mkdtempSync(join(tmpdir(), 'gpt-proxy-bench-translated-'))
  stack.defer(() => rmSync(dataDir, { recursive: true, force: true }))
  const upstream = startStreamUpstream({
    chunks: LOAD.chunks,
    everyMs: EVERY_MS * atOnce,
    atOnce,
  })
  stack.defer(() => upstream.stop())
  const { proxyKey } = await prepareFolder(dataDir, [
    // Chat Completions only, so that clients of Responses are translated too.
    { name: 'streams', model: STREAM_MODEL, port: upstream.port, protocol: 'chat' },
  ])
  const gateway = await launchGateway(dataDir)
  stack.defer(() => gateway.stop())
  const headers = { authorization: `Bearer ${proxyKey}` }
  const costs = new Map<string, number[]>()
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, ask] of Object.entries(CLIENTS)) {
      const target = { hostname: '127.0.0.1', port: gateway.port, headers, ...ask }
      const { cpuUsPerChunk } = await runStreams(target, gateway.pid, LOAD)
      // The first round compiles.
      if (round > 0) costs.set(name, [...(costs.get(name) ?? []), cpuUsPerChunk])
    }
  }
  return rowsOf(costs)
}

function rowsOf(costs: ReadonlyMap<string, readonly number[]>) {
  const passed = costs.get('chat, passed') ?? []
  return [...costs].map(([client, each]) => {
    const ratios = each.map((cost, round) => cost / (passed[round] ?? Number.NaN))
    return {
      client,
      'CPU µs per event': rounded(percentile(each, 50), 1),
      'times a passed one': rounded(percentile(ratios, 50), 2),
      'all rounds': ratios.map((ratio) => ratio.toFixed(2)).join(' '),
    }
  })
}
