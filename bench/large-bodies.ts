/**
 * Files of gigabytes through the gateway: its memory over a 2 GB upload, and its CPU time over 1 GB up and down compared with
 * nginx without buffering. `npx bun bench/large-bodies.ts`; exit code 1 if a transfer costs more memory than MAX_MB.
 */
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startGateway } from '../test/support/gateway.ts'
import { startNginx } from './rig/nginx.ts'
import { memoryOf, startCpuClock } from './rig/process-cost.ts'

const GIGABYTE = 1024 ** 3
/** What one transfer may add to the process. */
const MAX_MB = 64
/** Between two reads of an upstream that is slower than its client. */
const SLOW_READ_MS = 2

interface Transfer {
  what: string
  bytes: number
  direction: 'up' | 'down'
  /** The other side lags: what it has not taken must wait at its sender. */
  slow?: boolean
}

const TRANSFERS: readonly Transfer[] = [
  { what: '2 GB up', bytes: 2 * GIGABYTE, direction: 'up' },
  { what: '1 GB up', bytes: GIGABYTE, direction: 'up' },
  { what: '1 GB down', bytes: GIGABYTE, direction: 'down' },
  { what: '256 MB up, slow upstream', bytes: GIGABYTE / 4, direction: 'up', slow: true },
  { what: '256 MB down, slow client', bytes: GIGABYTE / 4, direction: 'down', slow: true },
]

const folder = mkdtempSync(join(tmpdir(), 'gpt-proxy-large-'))
const fileOf = (bytes: number) => {
  const path = join(folder, `${bytes}.bin`)
  writeFileSync(path, '')
  // Sparse: it takes no disk space.
  truncateSync(path, bytes)
  return path
}

let slowReads = false
let received = 0
const upstream = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  maxRequestBodySize: 8 * GIGABYTE,
  idleTimeout: 0,
  async fetch(request) {
    const bytes = /\/files\/file-(\d+)\/content$/.exec(new URL(request.url).pathname)?.[1]
    if (bytes !== undefined) return new Response(Bun.file(fileOf(Number(bytes))))
    received = 0
    for await (const chunk of request.body ?? []) {
      received += chunk.length
      if (slowReads) await Bun.sleep(SLOW_READ_MS)
    }
    return Response.json({ id: 'file-1', object: 'file', bytes: received })
  },
})
const gateway = await startGateway({
  upstreams: [
    { name: 'vendor', provider: 'openai', baseUrl: `http://127.0.0.1:${upstream.port}/v1` },
  ],
})
const nginxPort = freePort()
const nginx = await startNginx(`server {
  listen 127.0.0.1:${nginxPort};
  client_max_body_size 8g;
  location / {
    proxy_pass http://127.0.0.1:${upstream.port};
    proxy_http_version 1.1; proxy_buffering off; proxy_request_buffering off;
  }
}`)

try {
  console.log('| transfer | through | seconds | CPU seconds | MB more at the peak |')
  console.log('| --- | --- | --- | --- | --- |')
  const more: number[] = []
  for (const transfer of TRANSFERS) {
    const one = await measured(transfer, 'gateway', gateway.pid, gateway.baseUrl)
    more.push(one)
    await measured(transfer, 'nginx', nginx.workerPid, `http://127.0.0.1:${nginxPort}/v1`)
  }
  const most = Math.max(...more)
  console.log(`\nthe gateway took at most ${most.toFixed(1)} MB more; the bound is ${MAX_MB} MB`)
  process.exitCode = most <= MAX_MB ? 0 : 1
} finally {
  await gateway.stop()
  await nginx.stop()
  upstream.stop(true)
  rmSync(folder, { recursive: true, force: true })
}

/** Prints a row; how many MB more than before the process took at its peak. */
async function measured(
  transfer: Transfer,
  name: string,
  pid: number,
  baseUrl: string,
): Promise<number> {
  slowReads = transfer.slow === true
  // The peak is counted from here on (proc(5), clear_refs).
  writeFileSync(`/proc/${pid}/clear_refs`, '5')
  const before = memoryOf(pid).residentMb
  const usedCpu = startCpuClock(pid)
  const startedMs = performance.now()
  await curl(transfer, baseUrl)
  const seconds = (performance.now() - startedMs) / 1000
  const cpu = usedCpu() / 1e9
  const moreMb = memoryOf(pid).peakMb - before
  console.log(
    `| ${transfer.what} | ${name} | ${seconds.toFixed(1)} | ${cpu.toFixed(2)} | ${moreMb.toFixed(1)} |`,
  )
  return moreMb
}

async function curl({ bytes, direction, slow }: Transfer, baseUrl: string): Promise<void> {
  const own = ['-sS', '--fail', '-H', `authorization: Bearer ${gateway.proxyKey}`]
  const up = ['-F', 'purpose=batch', '-F', `file=@${fileOf(bytes)}`, `${baseUrl}/files`]
  const size = ['-o', '/dev/null', '-w', '%{size_download}']
  const rate = slow === true ? ['--limit-rate', '40M'] : []
  const down = [...size, ...rate, `${baseUrl}/files/file-${bytes}/content`]
  const child = Bun.spawn(['curl', ...own, ...(direction === 'up' ? up : down)], {
    stdout: 'pipe',
    stderr: 'inherit',
  })
  const said = await new Response(child.stdout).text()
  if ((await child.exited) !== 0) throw new Error(`curl: exit ${child.exitCode}`)
  const arrived = direction === 'up' ? received : Number(said)
  if (arrived < bytes) throw new Error(`${arrived} of ${bytes} bytes arrived`)
}

function freePort(): number {
  const server = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response('') })
  const { port } = server
  server.stop(true)
  if (port === undefined) throw new Error('no free port')
  return port
}
