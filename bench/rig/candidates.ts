/** What is compared: nginx, the gateways of several checkouts, and others, in front of the same upstreams. */
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
  /** Of the checkouts, then the others, in the order that they were named. */
  gateways: readonly Candidate[]
}

interface Compared {
  /** Checkouts; their gateways are started here. */
  trees: readonly string[]
  /** Gateways that run already, as `readPeer` reads them. */
  peers: readonly Candidate[]
  /** Of single events, and of bursts. */
  paces: readonly [Pace, Pace]
  /** The ports of the upstreams: chat, single events, bursts. */
  ports: readonly number[] | undefined
}

export async function startCandidates({
  trees,
  peers,
  paces,
  ports,
}: Compared): Promise<Candidates> {
  await using stack = new AsyncDisposableStack()
  const { direct, nginx } = stack.use(await startSurroundings(paces, ports))
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
    gateways: [...gateways, ...peers],
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  }
}

/** The ports of the upstreams: any free ones if they are not said. */
export function readPorts(text: string | undefined): readonly number[] | undefined {
  const ports = text?.split(',').map(Number)
  if (ports !== undefined && (ports.length !== 3 || !ports.every((port) => port > 0)))
    throw new Error(`--ports are three, of chat, single events and bursts; not "${text}"`)
  return ports
}

/** `URL,KEY,PID`: a gateway on this machine. Its memory and CPU time are those of the process. */
export function readPeer(text: string): Candidate {
  const [address = '', key = '', pidText = '', ...more] = text.split(',')
  const url = URL.parse(address)
  const pid = Number(pidText)
  if (url === null || url.pathname !== '/' || key === '' || !(pid > 0) || more.length > 0)
    throw new Error(`a peer is URL,KEY,PID, as http://127.0.0.1:4000,sk-key,1234; not "${text}"`)
  const port = Number(url.port || 80)
  const way = { chatPort: port, streamPorts: [port, port], pid, pids: [pid] }
  return { name: url.host, way, key }
}
