/** Files of hundreds of megabytes pass without staying in the gateway's memory, in both directions. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memoryOf } from '../../../bench/rig/process-cost.ts'
import { type Gateway, startGateway } from '../../support/gateway.ts'

const BYTES = 512 * 1024 ** 2
const CALLS = 200_000
/** Without being freed at once, what passed takes about seventy. */
const MAX_MB = 40

let folder: string
let file: string
let received = 0
let gateway: Gateway
let upstream: ReturnType<typeof startUpstream>
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gpt-proxy-large-'))
  file = join(folder, 'file')
  writeFileSync(file, '')
  truncateSync(file, BYTES)
  upstream = startUpstream()
  gateway = await startGateway({
    upstreams: [{ name: 'vendor', baseUrl: `http://127.0.0.1:${upstream.port}/v1` }],
  })
})
afterAll(async () => {
  await gateway.stop()
  upstream.stop(true)
  rmSync(folder, { recursive: true, force: true })
})

function startUpstream() {
  return Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    maxRequestBodySize: 2 * BYTES,
    async fetch(request) {
      if (request.method === 'GET') return new Response(Bun.file(file))
      received = 0
      for await (const chunk of request.body ?? []) received += chunk.length
      return Response.json({ id: 'file-1', object: 'file' })
    },
  })
}

async function curl(...args: string[]): Promise<string> {
  const key = `authorization: Bearer ${gateway.proxyKey}`
  const child = Bun.spawn(['curl', '-sS', '--fail', '-H', key, ...args], { stderr: 'inherit' })
  const said = await new Response(child.stdout).text()
  expect(await child.exited).toBe(0)
  return said
}

/** MB that the gateway took more at its peak. */
async function peakOver(work: () => Promise<unknown>): Promise<number> {
  // The peak is counted from here on (proc(5), clear_refs).
  writeFileSync(`/proc/${gateway.pid}/clear_refs`, '5')
  const before = memoryOf(gateway.pid).residentMb
  await work()
  return memoryOf(gateway.pid).peakMb - before
}

test('an upload', async () => {
  const upload = () =>
    curl('-F', 'purpose=batch', '-F', `file=@${file}`, `${gateway.baseUrl}/files`)
  expect(await peakOver(upload)).toBeLessThan(MAX_MB)
  expect(received).toBeGreaterThan(BYTES)
})

test('an upload of batch lines, each of them checked', async () => {
  const text = `${JSON.stringify({ custom_id: '1', body: { input: 'x'.repeat(900) } })}\n`
  const naming = `${JSON.stringify({ custom_id: '2', body: { file_id: 'file-of-nobody' } })}\n`
  const calls = join(folder, 'calls.jsonl')
  const writer = Bun.file(calls).writer()
  for (let count = 0; count < CALLS; count++) writer.write(count % 100 === 0 ? naming : text)
  await writer.end()
  const upload = () =>
    curl('-F', `file=@${calls}`, '-F', 'purpose=batch', `${gateway.baseUrl}/files`)
  expect(await peakOver(upload)).toBeLessThan(MAX_MB)
  expect(received).toBeGreaterThan(Bun.file(calls).size)
})

test('a download', async () => {
  const sizes = ['-o', '/dev/null', '-w', '%{size_download}']
  let size = ''
  const download = async () => {
    size = await curl(...sizes, `${gateway.baseUrl}/files/file-1/content`)
  }
  expect(await peakOver(download)).toBeLessThan(MAX_MB)
  expect(Number(size)).toBe(BYTES)
})
