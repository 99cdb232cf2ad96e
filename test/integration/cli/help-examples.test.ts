/** Every example of every `--help` works as pasted into a shell. */
import { Database } from 'bun:sqlite'
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Command } from 'commander'
import { openSqliteStore } from '../../../src/adapters/sql/store.ts'
import type { CliContext } from '../../../src/cli/context.ts'
import { buildProgram } from '../../../src/cli/program.ts'
import { type Gateway, startGateway } from '../../support/gateway.ts'
import {
  chatCompletion,
  jsonReply,
  type MockUpstream,
  startMockUpstream,
} from '../../support/mock/mock-upstream.ts'
import { environmentFor, MAIN, runCli } from '../../support/processes/gateway-process.ts'
import { OLD_ENCRYPTION_KEY, predecessorSql } from '../../support/processes/predecessor.ts'

function examplesOf(command: Command): string[] {
  let help = ''
  command.configureOutput({
    writeOut: (text) => {
      help += text
    },
  })
  command.outputHelp()
  const block = /\nExamples?:\n([\s\S]*)$/.exec(help)?.[1] ?? ''
  const own = block
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.includes('gpt-proxy'))
  return [...own, ...command.commands.flatMap(examplesOf)]
}

const program = buildProgram({
  version: '0',
  command: 'gpt-proxy',
  writeOut() {},
  writeError() {},
  language: 'en',
} as unknown as CliContext)
const EXAMPLES = [...new Set(examplesOf(program))]

/** They serve until they are stopped; start-up and doctor have suites of their own. */
const LASTING = /gpt-proxy (serve|doctor --watch)/
/** What these say of a store and a gateway like this one is no success. */
const ALLOWED: readonly (readonly [example: RegExp, exitCodes: readonly number[]])[] = [
  [/gpt-proxy health/, [1]],
  [/gpt-proxy doctor/, [0, 1]],
  [/gpt-proxy chat gpt-4o/, [0, 1]],
  [/gpt-proxy upstream test/, [0, 1]],
  // There is no PostgreSQL here; tests of their own copy to one and import from one.
  [/gpt-proxy migrate (copy|import postgres)/, [3, 5]],
]

let folder: string
let mock: MockUpstream
let gateway: Gateway
beforeAll(async () => {
  mock = await startMockUpstream({ script: () => jsonReply(200, chatCompletion('hello')) })
  folder = mkdtempSync(join(tmpdir(), 'gpt-proxy-examples-'))
  const dataDir = join(folder, 'template')
  gateway = await startGateway()
  const cli = async (line: string, stdin?: string) => {
    const { exitCode, stderr } = await runCli(line.split(' '), environmentFor(dataDir), stdin)
    if (exitCode !== 0) throw new Error(`${line}: ${stderr}`)
  }
  await cli('init')
  cpSync(dataDir, join(folder, 'bare'), { recursive: true })
  await cli('user create alice')
  await cli('user create bob')
  await cli('key create alice --name one')
  await cli(`upstream add main --base-url ${mock.url}`, 'sk-main-secret')
  await cli('price set gpt-4o --input 2 --output 8')
  await cli('model set fast --target gpt-4o')
  await cli('user create extra --role admin')
}, 60_000)
afterAll(async () => {
  rmSync(folder, { recursive: true })
  await gateway.stop()
  await mock.close()
})

/** A folder of its own for each, with the files and variables that the examples name. */
async function pasted(
  example: string,
): Promise<{ exitCode: number; said: string; dataDir: string }> {
  const place = mkdtempSync(join(folder, 'run-'))
  const dataDir = join(place, 'data')
  const isNew = /DATA_DIR=|restore/.test(example)
  const template = /(user create|upstream add) /.test(example) ? 'bare' : 'template'
  if (!isNew) cpSync(join(folder, template), dataDir, { recursive: true })
  mkdirSync(join(place, 'bin'))
  const command = join(place, 'bin/gpt-proxy')
  writeFileSync(command, `#!/bin/sh\nexec "${process.execPath}" "${MAIN}" "$@"\n`)
  chmodSync(command, 0o755)
  writeFileSync(join(place, 'key.txt'), 'sk-example-key-1\n')
  writeFileSync(join(place, 'password.txt'), 'a long enough passphrase\n')
  writeFileSync(join(place, 'keys.txt'), 'sk-example-key-1\nsk-example-key-2\n')
  writeFileSync(join(place, 'request.json'), '{"model":"fast","messages":[]}')
  writeFileSync(join(place, 'models.json'), '[{"name":"fast","targets":["m"]}]')
  using predecessor = new Database(join(place, 'old.db'))
  predecessor.run(predecessorSql({ upstreamUrl: mock.url }))
  writeFileSync(join(place, 'old.env'), `ENCRYPTION_KEY=${OLD_ENCRYPTION_KEY}\n`)
  writeFileSync(join(place, 'prices.csv'), 'model,input,output\nqwen-max,2.4,9.6\n')
  const env = {
    ...environmentFor(dataDir),
    PATH: `${join(place, 'bin')}:${process.env.PATH}`,
    INIT_CWD: place,
    NEW: '0123456789abcdef'.repeat(4),
  }
  const key = Bun.file(join(dataDir, 'encryption.key'))
  const old = (await key.exists()) ? (await key.text()).trim() : ''
  // The example's gateway is this one.
  const text = example
    .replace('https://gateway.example.com', gateway.origin)
    .replace(/\/(var\/lib|backups|safe)\//, `${place}/`)
  const child = Bun.spawn(['sh', '-c', text], {
    cwd: place,
    env: { ...env, OLD: old, KEY: gateway.adminKey },
    stdin: Buffer.from('sk-typed-example\n'),
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [out, err] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ])
  return { exitCode: await child.exited, said: out + err, dataDir }
}

test('there are examples', () => {
  expect(EXAMPLES.length).toBeGreaterThan(50)
})

// Files that an earlier example of the same help makes.
const PREPARED: readonly (readonly [RegExp, string])[] = [
  [/gpt-proxy restore (\S+)/, 'gpt-proxy backup'],
]

const RUN = EXAMPLES.filter(
  (example) => !LASTING.test(example) && !PREPARED.some(([made]) => made.test(example)),
)
/** Each has a folder of its own, so some run at once. */
const AT_ONCE = 3
const outcomes = new Map(RUN.map((example) => [example, Promise.withResolvers<void>()]))

beforeAll(() => {
  const waiting = [...outcomes]
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [example, { resolve, reject }] = next
      await tried(example).then(resolve, reject)
    }
  }
  for (const { promise } of outcomes.values()) promise.catch(() => {})
  for (let worker = 0; worker < AT_ONCE; worker++) void work()
})

async function tried(example: string): Promise<void> {
  const { exitCode, said, dataDir } = await pasted(example)
  const allowed = ALLOWED.find(([pattern]) => pattern.test(example))?.[1] ?? [0]
  if (!allowed.includes(exitCode)) throw new Error(`exit code ${exitCode}: ${said}`)
  // No example may leave a row that nothing can read.
  if (/DATA_DIR=/.test(example)) return
  const store = await openSqliteStore({ path: join(dataDir, 'gpt-proxy.sqlite') })
  const lists = [store.listUsers(), store.listApiKeys(), store.listUpstreamKeys()]
  for (const { malformed } of await Promise.all(lists)) expect(malformed).toEqual([])
  await store.close()
}

test.each(RUN)('%s', (example) => outcomes.get(example)?.promise)
