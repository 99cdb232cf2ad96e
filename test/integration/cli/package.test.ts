/** The package that `npm pack` makes is complete: it serves requests and the console without the sources of either. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  environmentFor,
  type GatewayProcess,
  spawnGateway,
} from '../../support/processes/gateway-process.ts'

const ROOT = join(import.meta.dir, '../../..')

let folder: string
let gateway: GatewayProcess
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gpt-proxy-package-'))
  const packed = Bun.spawnSync(
    ['npm', 'pack', '--json', '--ignore-scripts', '--pack-destination', folder],
    { cwd: ROOT },
  )
  const [{ filename }] = JSON.parse(packed.stdout.toString()) as [{ filename: string }]
  const unpacked = Bun.spawnSync(['tar', 'xzf', filename], { cwd: folder })
  if (unpacked.exitCode !== 0) throw new Error(unpacked.stderr.toString())
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'package/node_modules'))
  gateway = await spawnGateway(environmentFor(join(folder, 'data')), [
    join(folder, 'package/src/main.ts'),
    'serve',
  ])
}, 60_000)
afterAll(async () => {
  gateway?.signal('SIGTERM')
  await gateway?.exited
  rmSync(folder, { recursive: true, force: true })
})

test('the console is served with every file that its first page names', async () => {
  const page = await fetch(`${gateway.url}/console/`)
  expect(page.status).toBe(200)
  const html = await page.text()
  const files = [...html.matchAll(/(?:src|href)="\.\/([^"]+)"/g)].map(([, file]) => file)
  expect(files).toContainEqual(expect.stringMatching(/^assets\/index-.*\.js$/))
  for (const file of files) {
    const reply = await fetch(`${gateway.url}/console/${file}`)
    expect({ file, status: reply.status }).toEqual({ file, status: 200 })
  }
})

test('it contains what an operator needs, and no tests', () => {
  const has = (path: string) => existsSync(join(folder, 'package', path))
  for (const path of ['bin/gpt-proxy', 'README.md', 'LICENSE', '.env.example', 'docs/README.md'])
    expect({ path, packed: has(path) }).toEqual({ path, packed: true })
  for (const path of ['test', 'web/src', 'src/core/time/month.test.ts'])
    expect({ path, packed: has(path) }).toEqual({ path, packed: false })
})
