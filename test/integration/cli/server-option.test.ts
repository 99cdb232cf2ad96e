/** Each command that the admin API covers behaves the same with `--server` as on the store itself. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Command } from 'commander'
import type { CliContext } from '../../../src/cli/context.ts'
import { buildProgram } from '../../../src/cli/program.ts'
import { type Gateway, startGateway } from '../../support/gateway.ts'
import {
  chatCompletion,
  jsonReply,
  type MockUpstream,
  startMockUpstream,
} from '../../support/mock/mock-upstream.ts'
import { environmentFor } from '../../support/processes/gateway-process.ts'
import { runInProcess as run } from './run-in-process.ts'

/** In this order, because later ones build on what earlier ones made. Standard input follows `<`. */
const COMPARED = [
  'user create alice --email alice@example.com --max-in-flight 4',
  'user create viv --role viewer --json',
  'user create alice',
  'user create bad/name',
  'user update alice --email a@example.org --quota 5000 --json',
  'user update alice',
  'user update nobody --enable',
  'user rename viv vivian --json',
  'user disable vivian',
  'user update vivian --enable',
  'user delete vivian',
  'user delete vivian --yes --json',
  'user list --json',
  'user list',
  'user password alice < correct horse battery',
  'user password alice < short',
  'key create alice --name laptop --rpm 60 --model gpt-4o* --expires 2099-01-31 --tag a --json',
  'key create nobody',
  'key create alice --expires 2001-01-01',
  'key list --json',
  'key list --user alice',
  'key list --expires-within 7',
  'key list --expires-within 3650 --unused 1 --json',
  'key list --unused 0',
  'key show 3 --json',
  'key show 999',
  'key show sk-proxy-nothing',
  'key update 3 --name desk --any-model --expires never --json',
  'key limit 3 --tpm 1000 --rpm default --priority 7 --max-in-flight none --strict --json',
  'key rotate 3 --grace 1h --json',
  'key rotate 3',
  'key revoke 3 --json',
  'upstream add second --base-url MOCK --model gpt-4o --header X-Team:blue --tag t --json < sk-second-secret-1',
  'upstream add second --base-url MOCK < sk-second-secret-1',
  'upstream add third --base-url ftp://x < sk-third-secret-1',
  'upstream import --stdin --base-url MOCK --json < sk-import-a-1,sk-import-b-2,sk-import-a-1',
  'upstream import --stdin --base-url MOCK < short',
  'upstream list --json',
  'upstream list',
  'upstream update second --protocol chat --weight 5 --no-headers --any-model --json',
  'upstream update second --key-stdin --json < sk-other-secret-22',
  'upstream disable second --json',
  'upstream enable 2',
  'upstream reset second --json',
  'upstream test second --json',
  'upstream test nothing',
  'upstream remove openai-1 --json',
  'model set fast --target gpt-4o@second --target gpt-4o,weight=2,when=tag:a --set temperature=0 --json',
  'model set wrong --target gpt-4o --hedge',
  'model apply - --dry-run < [{"name":"applied","targets":[{"model":"gpt-4o"}]}]',
  'model apply - --json < [{"name":"applied","targets":[{"model":"gpt-4o"}]}]',
  'model apply - < [{"name":"applied","targets":[]}]',
  'model list --json',
  'model show fast --json',
  'model show nothing',
  'route explain fast --json',
  'route explain demo/echo',
  'route explain fast --key 1 --body --json < {"messages":[{"role":"user","content":"hi"}]}',
  'model delete fast',
  'quota show --json',
  'quota show alice',
  'quota set alice 20000 --json',
  'quota set alice default',
  'quota reset default --json',
  'quota reconcile --json',
  'quota reconcile --repair',
  'price set org/llama3 --input 0.1 --output 0.4 --json',
  'price import < model,input,output\nqwen-max,2.4,9.6\n',
  'price list --json',
  'price unset org/llama3',
  'price unset org/llama3',
  'usage --json',
  'usage --by user,model,day --from 7d --csv',
  'usage --by key,month --user default --model demo/echo',
  'usage --user nobody',
  'console --user alice --json',
  'encryption status --json',
  'encryption rotate',
] as const

/** What they show is of the gateway that answers, so that other tests look at them. */
const SHOWN_APART = ['health', 'doctor', 'chat', 'config show', 'audit']
const LOCAL = ['serve', 'init', 'backup', 'restore', 'migrate']

let mock: MockUpstream
let gateway: Gateway
let folder: string
let local: string
beforeAll(async () => {
  mock = await startMockUpstream({ script: () => jsonReply(200, chatCompletion('hello')) })
  folder = mkdtempSync(join(tmpdir(), 'gpt-proxy-remote-'))
  local = join(folder, 'local')
  const served = join(folder, 'served')
  const first = await startGateway({ dataDir: local, upstreams: [{ baseUrl: mock.url }] })
  for (const model of ['demo/echo', 'gpt-4o']) {
    const reply = await first.chat({ model, messages: [{ role: 'user', content: 'hi' }] })
    await first.usageRow(reply.headers.get('x-request-id') ?? '')
  }
  await first.stop()
  cpSync(local, served, { recursive: true })
  gateway = await startGateway({ dataDir: served })
}, 60_000)
afterAll(async () => {
  await gateway.stop()
  await mock.close()
  rmSync(folder, { recursive: true, force: true })
})

const admin = () => ({ GPT_PROXY_ADMIN_KEY: gateway.adminKey })

const here = (args: string[], stdin?: string) => run(environmentFor(local), args, stdin)
const remote = (args: string[], stdin?: string) =>
  run(
    { ...environmentFor(join(folder, 'none')), ...admin() },
    ['--server', gateway.origin, ...args],
    stdin,
  )

/** Without what differs from run to run: times, new keys, tokens, folders, durations. */
function comparable(text: string): string {
  return text
    .replaceAll(/sk-proxy-\w+/g, 'sk-proxy-…')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replaceAll(/https?:\/\/[^\s"]*#setup=[\w-]+/g, 'LINK')
    .replaceAll(/"latency_ms": [\d.]+/g, '"latency_ms": 0')
    .replaceAll(join(folder, 'local'), 'FOLDER')
    .replaceAll(join(folder, 'served'), 'FOLDER')
    .replaceAll(/retired-[\w-]+/g, 'retired-TIME')
    .replaceAll(/\b[0-9a-f]{8,64}\b/g, 'ID')
    .replaceAll(/ +/g, ' ')
}

test.each(COMPARED)(
  '%s',
  async (line) => {
    const [command = '', stdin] = line.split(' < ')
    const args = command.replace('MOCK', mock.url).split(' ')
    const one = await here(args, stdin)
    const other = await remote(args, stdin)
    expect(comparable(other.stdout)).toBe(comparable(one.stdout))
    expect(comparable(other.stderr)).toBe(comparable(one.stderr))
    expect(other.exitCode).toBe(one.exitCode)
    expect(one.stdout + one.stderr).not.toBe('')
  },
  30_000,
)

test('every command is compared, tested separately, or refused with --server', () => {
  const context = { version: '0', command: '', language: 'en' } as unknown as CliContext
  const leaves = leavesOf(buildProgram(context), [])
  const known = [...COMPARED, ...SHOWN_APART, ...LOCAL]
  const missing = leaves.filter(
    (leaf) =>
      !known.some((line) => `${line} `.startsWith(`${leaf} `) || leaf.startsWith(`${line} `)),
  )
  expect(missing).toEqual([])
})

function leavesOf(command: Command, path: string[]): string[] {
  if (command.commands.length === 0) return [path.join(' ')]
  return command.commands.flatMap((child) => leavesOf(child, [...path, child.name()]))
}

test('audit shows the same changes, made by the admin whose key it was', async () => {
  const changes = (text: string) =>
    (JSON.parse(text) as Record<string, unknown>[])
      // The start of a gateway makes a link, and imports keys.
      .filter(({ actor }) => actor !== 'gateway')
      .map(({ action, subject }) => [action, subject])
  const args = ['audit', '--limit', '300', '--json']
  const there = await remote(args)
  expect(changes(there.stdout).toSorted()).toEqual(changes((await here(args)).stdout).toSorted())
  const [newest] = JSON.parse(there.stdout) as { actor: string; address: string }[]
  expect(newest).toMatchObject({ actor: 'admin', address: '127.0.0.1' })
  const one = await remote(['audit', '--action', 'user.', '--limit', '1'])
  expect(one.stderr).toContain('There are older ones')
})

test('health, config show, chat and doctor are those of the gateway that is named', async () => {
  const health = await remote(['health', '--json'])
  expect(JSON.parse(health.stdout)).toMatchObject({ url: gateway.origin, ready: true })
  const config = JSON.parse((await remote(['config', 'show', '--json'])).stdout) as {
    name: string
    value: string | null
  }[]
  const own = await here(['config', 'show', '--json'])
  expect(config.map(({ name }) => name)).toEqual(
    (JSON.parse(own.stdout) as { name: string }[]).map(({ name }) => name),
  )
  expect(config.find(({ name }) => name === 'DATA_DIR')?.value).toBe(gateway.dataDir)
  const chat = await remote(['chat', 'demo/echo', 'Hello there'])
  expect(chat.stdout).toContain('Hello there')
  const doctor = await remote(['doctor', '--only', 'DB-1', '--lang', 'zh', '--json'])
  expect(JSON.parse(doctor.stdout)).toMatchObject({ language: 'zh', checks: [{ id: 'DB-1' }] })
})

test('a password set over --server signs the user in', async () => {
  const set = await remote(['user', 'password', 'alice'], 'another horse battery')
  expect(set.exitCode).toBe(0)
  const reply = await fetch(`${gateway.origin}/admin/v1/session`, {
    method: 'POST',
    headers: { origin: gateway.origin, 'content-type': 'application/json' },
    body: JSON.stringify({ username: 'alice', password: 'another horse battery' }),
  })
  expect(reply.status).toBe(200)
})
