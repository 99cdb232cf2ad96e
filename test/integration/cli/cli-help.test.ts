/** Every command's help: what it does, an example, and the meaning of exit codes. */
import { expect, test } from 'bun:test'
import { symlinkSync } from 'node:fs'
import type { Command } from 'commander'
import type { CliContext } from '../../../src/cli/context.ts'
import { EXIT_CODE_HELP, EXIT_CODES } from '../../../src/cli/exit-codes.ts'
import { buildProgram } from '../../../src/cli/program.ts'
import { cliFolder } from './cli-folder.ts'

const refusing = () => {
  throw new Error('help needs nothing of the gateway')
}

function programWriting(write: (text: string) => void): Command {
  const context: CliContext = {
    version: '0',
    command: 'gpt-proxy',
    server: null,
    openNewStore: refusing,
    backup: refusing,
    restore: refusing,
    config: refusing,
    settings: refusing,
    copyStore: refusing,
    importPredecessor: refusing,
    migrations: refusing,
    openAdmin: refusing,
    prepare: refusing,
    firstKeysSeen: refusing,
    serve: refusing,
    gateway: refusing,
    health: refusing,
    doctor: refusing,
    language: 'en',
    secretFromVariable: refusing,
    readInput: refusing,
    readFile: refusing,
    writeOut: write,
    writeError: write,
    isTerminal: false,
    terminalWidth: null,
    colours: false,
    showsToTerminal: false,
  }
  return buildProgram(context)
}

function pathsOf(command: Command, path: string[] = []): string[][] {
  return [path, ...command.commands.flatMap((child) => pathsOf(child, [...path, child.name()]))]
}

const PATHS = pathsOf(programWriting(() => {})).map((path) => path.join(' '))

const SINGLE = [
  'serve',
  'health',
  'doctor',
  'init',
  'usage',
  'audit',
  'chat',
  'console',
  'backup',
  'restore',
]

test('every command of the design is there', () => {
  const groups = {
    user: ['create', 'list', 'update', 'rename', 'disable', 'delete', 'password'],
    key: ['create', 'limit', 'list', 'revoke', 'rotate', 'show', 'update'],
    upstream: ['add', 'import', 'list', 'update', 'test', 'reset', 'enable', 'disable', 'remove'],
    encryption: ['status', 'rotate'],
    quota: ['show', 'set', 'reset', 'reconcile'],
    migrate: ['up', 'status', 'copy', 'import'],
    config: ['show'],
    model: ['apply', 'set', 'list', 'show', 'delete'],
    route: ['explain'],
    price: ['list', 'set', 'import', 'unset'],
  }
  const commands = Object.entries(groups).flatMap(([group, verbs]) => [
    group,
    ...verbs.map((verb) => `${group} ${verb}`),
  ])
  expect(PATHS.toSorted()).toEqual(['', ...SINGLE, ...commands].toSorted())
})

test.each(PATHS)("help of 'gpt-proxy %s' has an example of it", async (path) => {
  let written = ''
  const program = programWriting((text) => {
    written += text
  })
  await program
    .parseAsync([...path.split(' ').filter(Boolean), '--help'], { from: 'user' })
    .catch(() => {})
  expect(written).toMatch(/\nExamples?:\n/)
  expect(written.slice(written.lastIndexOf('Example'))).toContain(`gpt-proxy ${path}`.trim())
})

test('every exit code is explained in the help', () => {
  for (const code of Object.values(EXIT_CODES))
    expect(EXIT_CODE_HELP).toMatch(new RegExp(`^  ${code}  \\S`, 'm'))
})

test.each([
  ['--help', 0],
  ['--version', 0],
  ['', 2],
  ['user', 2],
  ['unheard-of', 2],
  ['user list extra', 2],
  ['usage --by colour', 2],
])("'gpt-proxy %s' ends with %d", async (words, exitCode) => {
  using folder = cliFolder()
  expect((await folder.cli(words.split(' ').filter(Boolean))).exitCode).toBe(exitCode)
})

test('bin/gpt-proxy works from another folder and through a link', async () => {
  using folder = cliFolder()
  const link = `${folder.dataDir}/linked`
  symlinkSync(`${import.meta.dir}/../../../bin/gpt-proxy`, link)
  const { PATH = '' } = process.env
  const run = Bun.spawnSync([link, 'init', '--json'], {
    cwd: '/',
    env: { PATH, DATA_DIR: folder.dataDir },
  })
  expect(run.stderr.toString()).toBe('')
  expect(JSON.parse(run.stdout.toString())).toMatchObject({ first_start: true })
})
