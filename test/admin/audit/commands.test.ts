/** Every command that changes something leaves a row in the audit log. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Command } from 'commander'
import type { CliContext } from '../../../src/cli/context.ts'
import { buildProgram } from '../../../src/cli/program.ts'
import { runInProcess } from '../../integration/cli/run-in-process.ts'
import { type Gateway, startGateway } from '../../support/gateway.ts'
import { environmentFor } from '../../support/processes/gateway-process.ts'
import { lastRow, rowsAfter, spoilTotals } from './audit-rows.ts'

let gateway: Gateway
beforeAll(async () => {
  gateway = await startGateway()
})
afterAll(() => gateway.stop())

/** Standard input follows `<`. */
const COMMANDS: readonly [line: string, action: string][] = [
  ['user create bea', 'user.create'],
  ['user update bea --email bea@example.com', 'user.update'],
  ['user rename bea beatrix', 'user.rename'],
  ['user password beatrix < correct horse battery', 'password.set'],
  ['console --user beatrix', 'setup-link.create'],
  ['quota set beatrix 5000', 'user.update'],
  ['quota reset beatrix', 'quota.reset'],
  ['quota reconcile --repair', 'quota.repair'],
  ['key create beatrix --name tablet', 'key.create'],
  ['key update tablet --rpm 5', 'key.update'],
  ['key limit tablet --tpm 9', 'key.update'],
  ['key rotate tablet --grace 1h', 'key.retire'],
  ['key revoke tablet', 'key.revoke'],
  ['upstream add third --base-url http://127.0.0.1:9/v1 < sk-third-secret-3', 'upstream.create'],
  [
    'upstream import --stdin --base-url http://127.0.0.1:9/v1 < sk-fourth-secret-4',
    'upstream.create',
  ],
  ['upstream update third --weight 4', 'upstream.update'],
  ['upstream disable third', 'upstream.disable'],
  ['upstream enable third', 'upstream.enable'],
  ['upstream reset third', 'upstream.reset'],
  ['upstream remove third', 'upstream.remove'],
  ['model set quick --target gpt-4o', 'model.set'],
  ['model apply - < [{"name":"quick","targets":[{"model":"gpt-4.1"}]}]', 'model.set'],
  ['model delete quick', 'model.delete'],
  ['price set p --input 1 --output 2', 'price.set'],
  ['price import < model,input,output\nq,1,2\n', 'price.set'],
  ['price unset p', 'price.unset'],
  ['encryption rotate', 'encryption.rotate'],
  ['user disable beatrix', 'user.disable'],
  ['user delete beatrix --yes', 'user.delete'],
]

const READING = [
  ...['health', 'doctor', 'usage', 'audit', 'chat', 'config show', 'route explain'],
  ...[
    'user list',
    'key list',
    'key show',
    'upstream list',
    'upstream test',
    'model list',
    'model show',
  ],
  ...['quota show', 'price list', 'migrate status', 'encryption status'],
]
/** They begin, replace or copy a whole store, with the log in it. */
const OF_WHOLE_STORES = [
  'serve',
  'init',
  'backup',
  'restore',
  'migrate up',
  'migrate copy',
  'migrate import',
]

function leavesOf(command: Command, words: readonly string[]): string[] {
  if (command.commands.length === 0) return [words.join(' ')]
  return command.commands.flatMap((inner) => leavesOf(inner, [...words, inner.name()]))
}

function keyId(): string {
  const db = gateway.database()
  const row = db.query("select id from api_keys where name = 'tablet' order by id limit 1").get()
  db.close()
  return String((row as { id: number }).id)
}

test.each(COMMANDS)('%s is recorded as %p', async (line, action) => {
  const [command = '', stdin] = line.split(' < ')
  if (action === 'quota.repair') spoilTotals(gateway)
  const before = lastRow(gateway)
  const ran = await runInProcess(
    environmentFor(gateway.dataDir),
    command
      .split(' ')
      .map((word) => (word === 'tablet' && !command.includes('--name') ? keyId() : word)),
    stdin,
  )
  expect([ran.exitCode, ran.stderr]).toEqual([0, expect.anything()])
  const rows = rowsAfter(gateway, before)
  expect(rows.map((row) => row.action)).toContain(action)
  expect(new Set(rows.map(({ actor }) => actor))).toEqual(new Set(['cli']))
})

test('no command is left out', () => {
  const context = { version: '0', command: '', language: 'en' } as unknown as CliContext
  const known = [...COMMANDS.map(([line]) => line), ...READING, ...OF_WHOLE_STORES]
  const missing = leavesOf(buildProgram(context), []).filter(
    (leaf) => !known.some((line) => `${line} `.startsWith(`${leaf} `)),
  )
  expect(missing).toEqual([])
})
