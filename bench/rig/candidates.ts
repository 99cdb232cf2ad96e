/** What is compared: nginx and the gateways of several checkouts, in front of the same upstreams. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { launchGateway, prepareFolder } from './gateway.ts'
import { BURST_MODEL, CHAT_MODEL, STREAM_MODEL } from './replies.ts'
import { type Pace, startSurroundings, type Way } from './surroundings.ts'

export interface Candidate {
  name: string
  way: Way
  key: string
}

export interface Candidates extends AsyncDisposable {
  nginx: Candidate
  /** In the order that they were named. */
  trees: readonly Candidate[]
}

/** `paces`: of single events, and of bursts. */
export async function startCandidates(
  trees: readonly string[],
  paces: readonly [Pace, Pace],
): Promise<Candidates> {
  await using stack = new AsyncDisposableStack()
  const { direct, nginx } = stack.use(await startSurroundings(paces))
  const [single = 0, burst = 0] = direct.streamPorts
  const upstreams = [
    { name: 'chat', model: CHAT_MODEL, port: direct.chatPort },
    { name: 'streams', model: STREAM_MODEL, port: single },
    { name: 'bursts', model: BURST_MODEL, port: burst },
  ]
  const gateways: Candidate[] = []
  for (const tree of trees) {
    const dataDir = mkdtempSync(join(tmpdir(), 'gpt-proxy-bench-'))
    stack.defer(() => rmSync(dataDir, { recursive: true, force: true }))
    const { proxyKey } = await prepareFolder(dataDir, upstreams, { tree })
    const { port, pid, stop } = await launchGateway(dataDir, { tree })
    stack.defer(stop)
    const way = { chatPort: port, streamPorts: [port, port], pid, pids: [pid] }
    gateways.push({ name: basename(resolve(tree)), way, key: proxyKey })
  }
  const parts = stack.move()
  return {
    nginx: { name: 'nginx', way: nginx, key: gateways[0]?.key ?? '' },
    trees: gateways,
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  }
}
