/**
 * Values that people and scripts give by mistake, for every option of every command: each is accepted or
 * refused with a reason, and no accepted one leaves a row that can't be read.
 */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Command, CommanderError } from 'commander'
import type { Actor } from '../../../../src/admin/changes.ts'
import type { CliContext, OpenAdmin } from '../../../../src/cli/context.ts'
import { buildProgram } from '../../../../src/cli/program.ts'
import { loadConfig } from '../../../../src/config.ts'
import { OperatorError } from '../../../../src/core/operator-error.ts'
import { openAdmin } from '../../../../src/main/compose/open-admin.ts'
import { environmentFor } from '../../../support/processes/gateway-process.ts'

const VALUES = [
  ...['', ' ', 'default', 'none', 'never', 'null', 'undefined', 'NaN', 'true', '[]', '{}'],
  ...['-1', '0', '00', '+5', '1e3', '0x10', '1.5', '٣', '１２', 'Infinity'],
  ...['2147483648', '9007199254740993', '99999999999999999999'],
  ...['2027-02-31', '2027-13-01', '0000-01-01', '9999-12-31', '999999d', '0d'],
  ...['*', 'a*b', '张三', 'x'.repeat(1000), '__proto__', 'constructor', '__proto__=x', 'a=', '=a'],
  ...['gpt-4o,mirror=101', 'gpt-4o,mirror=0', 'gpt-4o,when=constructor:x', 'a\nb', 'a: b\r\nc: d'],
  ...['file:///etc/passwd', 'https://u:p@h/v1', "'; drop table users; --"],
]

/** What a command needs besides the option. */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  chat: ['gpt-4o', 'Hello'],
  'user create': ['new'],
  'user update': ['alice'],
  'key create': ['alice'],
  'key update': ['1'],
  'key limit': ['1'],
  'key rotate': ['1'],
  'upstream add': ['new'],
  'upstream import': ['--stdin'],
  'upstream update': ['1'],
  'model set': ['new', '--target', 'gpt-4o'],
  'route explain': ['gpt-4o'],
  'price set': ['gpt-4o', '--input', '1', '--output', '2'],
}
const INPUT: Readonly<Record<string, string>> = {
  'price import': 'model,input,output\ngpt-4o,1,2\n',
}
const STOPPED = new OperatorError('failed', 'not in this test', '')
const stop = () => {
  throw STOPPED
}

const folder = mkdtempSync(join(tmpdir(), 'gpt-proxy-traps-'))
let admin: OpenAdmin
let input = ''

const context = {
  version: '0',
  command: 'gpt-proxy',
  language: 'en',
  config: () => loadConfig(environmentFor(folder)),
  settings: () => [],
  openAdmin: async () => ({
    ...admin,
    async consoleLink(actor: Actor, user: string) {
      const { token, expiresAtMs } = await admin.identity.createLink(actor, user)
      return { link: token, expiresAtMs }
    },
    close: async () => {},
  }),
  secretFromVariable: () => undefined,
  writeOut() {},
  writeError() {},
  readInput: async () => input,
  readFile: stop,
  ...{ isTerminal: false, terminalWidth: null, colours: false, showsToTerminal: false },
  ...{ doctor: stop, gateway: stop, importPredecessor: stop, copyStore: stop, serve: stop },
  ...{ backup: stop, restore: stop, health: stop, migrations: stop },
} as unknown as CliContext
const program = buildProgram(context)

interface Leaf {
  name: string
  command: Command
}

function leavesOf(command: Command, path: readonly string[] = []): Leaf[] {
  return command.commands.flatMap((child) => {
    const name = [...path, child.name()]
    return child.commands.length > 0
      ? leavesOf(child, name)
      : [{ name: name.join(' '), command: child }]
  })
}

const OPTIONS = leavesOf(program).flatMap(({ name, command }) =>
  command.options
    .filter(({ required, optional }) => required || optional)
    .map((option) => ({ name, option })),
)

async function run(line: readonly string[], stdin = 'sk-typed-example'): Promise<unknown> {
  input = stdin
  try {
    await program.parseAsync([...line], { from: 'user' })
    return null
  } catch (error) {
    return error
  }
}

/** A reason that names the value or the option at fault; anything else would be shown as unexpected. */
function isReason(error: unknown): boolean {
  if (error === STOPPED || error instanceof CommanderError) return true
  return error instanceof OperatorError && error.code !== null
}

const changes = async () => (await admin.audit.list({ limit: 1 })).items[0]?.id ?? 0

async function malformed(): Promise<unknown[]> {
  const lists = await Promise.all([admin.users.list(), admin.keys.list(), admin.upstreams.list()])
  await admin.models.list()
  return lists.flatMap((list) => list.malformed)
}

beforeAll(async () => {
  admin = await openAdmin(context.config(), { warn() {}, ifMissing: 'make it' })
  const lines = [
    'user create root --role admin',
    'user create alice',
    'key create alice',
    'upstream add main --model gpt-4o',
  ]
  for (const line of lines) expect(await run(line.split(' '))).toBeNull()
})
afterAll(async () => {
  await admin.close()
  rmSync(folder, { recursive: true })
})

test('every option with a value is tried', () => {
  expect(OPTIONS.length).toBeGreaterThan(60)
})

test.each(OPTIONS.map(({ name, option }) => [`${name} ${option.long}`, name, option] as const))(
  '%s: a bad value is refused with a reason, and no row becomes malformed',
  async (_, name, option) => {
    const isKey = ['--key', '--api-key'].includes(String(option.long)) && option.hidden
    for (const value of VALUES) {
      const before = await changes()
      const line = [...name.split(' '), ...(REQUIRED[name] ?? []), `${option.long}=${value}`]
      const error = await run(line, INPUT[name])
      if (error !== null) {
        if (!isReason(error) && !isKey) throw error
        expect(await changes()).toBe(before)
      }
      if (value === '' && option.required) expect(error).toBeInstanceOf(CommanderError)
      await run(['user', 'delete', 'new', '--yes'])
      await run(['upstream', 'remove', 'new'])
    }
    expect(await malformed()).toEqual([])
  },
)

test('no option parser returns null or NaN', () => {
  for (const { name, option } of OPTIONS)
    for (const value of VALUES) {
      let parsed: unknown = ''
      try {
        parsed = option.parseArg?.(value, undefined as never) ?? null
        if (option.parseArg === undefined) parsed = value
      } catch {
        continue
      }
      if (parsed === null || Number.isNaN(parsed))
        throw new Error(`${name} ${option.long} ${value}`)
    }
})
