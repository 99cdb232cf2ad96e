/** The console behind a real nginx that serves the gateway below a path of its own. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SEARCHED } from '../../scripts/needed-programs.ts'
import { freePort } from '../deploy/nginx.ts'
import { chatChunks, sseReply } from '../support/mock/mock-upstream.ts'
import { waitFor } from '../support/waiting.ts'
import { type ConsoleRig, setUp, startConsoleRig, type Visit, visit } from './console-rig.ts'

const MODEL = 'gpt-4o-mini'
const PREFIX = '/team/llm'

let rig: ConsoleRig
let first: Visit
let folder: string
let url: string
let nginx: ReturnType<typeof Bun.spawn>

beforeAll(async () => {
  const port = await freePort()
  const publicUrl = `http://127.0.0.1:${port}${PREFIX}`
  url = `${publicUrl}/console`
  rig = await startConsoleRig({ PUBLIC_URL: publicUrl, TRUSTED_PROXIES: '127.0.0.1' })
  rig.mock.script(() => sseReply(chatChunks('Hello world', { usage: true })))
  await rig.addUpstream(MODEL)
  folder = mkdtempSync(join(tmpdir(), 'gpt-proxy-prefix-'))
  nginx = await startNginx(port)
  first = await visit(rig.browser)
}, 60_000)
afterAll(async () => {
  nginx.kill('SIGTERM')
  await nginx.exited
  await rig.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Everything below the prefix goes to the gateway without it; nothing else is served. */
async function startNginx(port: number) {
  const file = join(folder, 'nginx.conf')
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${folder}/${kind};`,
  )
  writeFileSync(
    file,
    `pid ${folder}/nginx.pid; error_log ${folder}/error.log; events {}
    http {
      access_log off; ${temp.join(' ')}
      server {
        listen 127.0.0.1:${port};
        location ${PREFIX}/ {
          proxy_pass ${rig.gateway.url}/;
          proxy_http_version 1.1;
          proxy_buffering off;
          proxy_set_header Host $http_host;
          proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
          proxy_set_header X-Forwarded-Proto $scheme;
        }
      }
    }`,
  )
  const program = Bun.which('nginx', { PATH: SEARCHED }) ?? 'nginx'
  const child = Bun.spawn(
    [program, '-p', folder, '-c', file, '-e', `${folder}/error.log`, '-g', 'daemon off;'],
    { stdin: 'ignore', stdout: 'ignore', stderr: 'inherit' },
  )
  await waitFor('nginx to listen', () => fetch(`http://127.0.0.1:${port}/`).catch(() => null))
  return child
}

test('the link of the first start leads there, and the session holds on a reloaded page', async () => {
  const { page, problems } = first
  expect(rig.link).toStartWith(`${url}/#setup=`)
  await setUp(page, rig.link)
  await page.goto(`${url}/users`)
  await page.getByRole('cell', { name: 'admin' }).first().waitFor()
  await page.reload()
  await page.getByRole('cell', { name: 'admin' }).first().waitFor()
  expect(problems).toEqual([])
}, 60_000)

test('a link inside the console keeps the prefix', async () => {
  const { page } = first
  await page.getByRole('link', { name: 'Models' }).click()
  await page.getByRole('button', { name: MODEL }).waitFor()
  expect(page.url()).toStartWith(`${url}/models`)
}, 60_000)

test('snippets name the public address', async () => {
  const { page } = first
  await page.goto(`${url}/keys?create=true`)
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill('prefixed')
  await dialog.getByRole('button', { name: 'Create key' }).click()
  await dialog.getByRole('tabpanel').waitFor()
  const snippet = (await dialog.getByRole('tabpanel').textContent()) ?? ''
  expect(snippet).toContain(url.replace('/console', '/v1'))
}, 60_000)

test('answers and live events arrive through the proxy', async () => {
  const { page, problems } = first
  await page.goto(`${url}/playground`)
  await page.getByLabel('Your message').fill('Hi')
  await page.getByRole('button', { name: 'Send' }).click()
  await page.getByRole('log').getByText('Hello world').waitFor()
  await page.goto(`${url}/requests?live=true`)
  await page.getByRole('status').filter({ hasText: 'Live' }).waitFor()
  await (await rig.ask(MODEL)).arrayBuffer()
  await page.getByRole('table', { name: 'Requests' }).getByRole('row').nth(1).waitFor()
  expect(problems).toEqual([])
}, 60_000)
