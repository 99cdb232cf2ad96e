/** What bin/gpt-proxy and `npm start` run: the bundle if it is current, otherwise the sources. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { environmentFor, spawnGateway } from '../../support/processes/gateway-process.ts'
import { waitFor } from '../../support/waiting.ts'

const ROOT = join(import.meta.dir, '../../..')

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gpt-proxy-bundle-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('bin/gpt-proxy', () => {
  const OLD = new Date('2026-01-01')
  const NEW = new Date('2026-01-02')

  /** A package whose runtime only prints its arguments and one variable. */
  function packageWith(name: string, times: { source: Date; bundle: Date | null }): string {
    const root = join(folder, name)
    for (const path of ['bin', 'src/core/time', 'dist/run', 'node_modules/.bin'])
      mkdirSync(join(root, path), { recursive: true })
    cpSync(join(ROOT, 'bin/gpt-proxy'), join(root, 'bin/gpt-proxy'))
    const runtime = join(root, 'node_modules/.bin/bun')
    writeFileSync(runtime, '#!/bin/sh\necho "$BUN_CONFIG_MAX_HTTP_REQUESTS $*"\n')
    chmodSync(runtime, 0o755)
    const put = (path: string, at: Date) => {
      writeFileSync(join(root, path), '')
      utimesSync(join(root, path), at, at)
    }
    put('src/main.ts', OLD)
    put('package.json', OLD)
    put('src/core/time/month.ts', times.source)
    if (times.bundle !== null) put('dist/run/main.js', times.bundle)
    for (const path of ['src/core/time', 'src/core', 'src']) utimesSync(join(root, path), OLD, OLD)
    return root
  }
  const run = (root: string, env: Record<string, string> = {}) =>
    Bun.spawnSync([join(root, 'bin/gpt-proxy'), 'key', 'list'], {
      env: { PATH: process.env.PATH ?? '', ...env },
    })
      .stdout.toString()
      .trim()

  test('runs a bundle that is newer than the sources, with the capacity that serving needs', () => {
    const root = packageWith('current', { source: OLD, bundle: NEW })
    expect(run(root)).toBe('65535 dist/run/main.js key list')
    expect(run(root, { BUN_CONFIG_MAX_HTTP_REQUESTS: '7' })).toBe('7 dist/run/main.js key list')
  })

  test('runs the sources if one of them has changed, or if there is no bundle', () => {
    const stale = packageWith('stale', { source: NEW, bundle: OLD })
    const missing = packageWith('missing', { source: OLD, bundle: null })
    for (const root of [stale, missing]) expect(run(root)).toBe('65535 src/main.ts key list')
  })
})

test('a bundle serves and records requests, wherever its package was moved to', async () => {
  const [built, moved] = [join(folder, 'built'), join(folder, 'moved')]
  for (const path of ['src', 'bin', 'package.json', 'scripts/bundle.ts'])
    cpSync(join(ROOT, path), join(built, path), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules'), join(built, 'node_modules'))
  const bundled = Bun.spawnSync([process.execPath, join(built, 'scripts/bundle.ts')])
  expect(bundled.stderr.toString()).toBe('')
  renameSync(built, moved)
  const main = join(moved, 'dist/run/main.js')
  expect(readFileSync(main, 'utf8')).not.toContain(built)
  // Nothing is left to load from the sources.
  rmSync(join(moved, 'src'), { recursive: true })
  const dataDir = join(folder, 'data')
  const gateway = await spawnGateway(environmentFor(dataDir), [main, 'serve'])
  try {
    const secrets = readFileSync(join(dataDir, 'first-start.env'), 'utf8')
    const key = /^PROXY_KEY=["']?([^"'\n]+)/m.exec(secrets)?.[1]
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
    const messages = [{ role: 'user', content: 'Hello' }]
    const reply = await fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ model: 'demo/echo', messages }),
    })
    expect(reply.status).toBe(200)
    const usage = () =>
      Bun.spawnSync([process.execPath, main, 'usage', '--by=model', '--json'], {
        env: environmentFor(dataDir),
      }).stdout.toString()
    await waitFor('the record in the store', () => usage().includes('demo/echo'))
  } finally {
    gateway.signal('SIGTERM')
    await gateway.exited
  }
}, 60_000)
