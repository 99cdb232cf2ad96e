/** Remedies, help and doctor name the program as it can be pasted where they are read. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { commandHere } from '../../../src/main/compose/command-here.ts'
import { cliFolder } from './cli-folder.ts'

let root: string
let clone: string
beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'gpt-proxy-here-')))
  clone = packageIn(join(root, 'clone'))
})
afterAll(() => rmSync(root, { recursive: true }))

function packageIn(folder: string): string {
  mkdirSync(join(folder, 'bin'), { recursive: true })
  writeFileSync(join(folder, 'bin/gpt-proxy'), '#!/bin/sh\n', { mode: 0o755 })
  return folder
}

function linked(folder: string, target: string): string {
  mkdirSync(folder, { recursive: true })
  symlinkSync(join(target, 'bin/gpt-proxy'), join(folder, 'gpt-proxy'))
  return folder
}

test('in a clone and the folders below it npx finds it', () => {
  expect(commandHere({ PATH: '/usr/bin' }, clone, clone)).toBe('npx gpt-proxy')
  expect(commandHere({ PATH: '/usr/bin' }, join(clone, 'docs'), clone)).toBe('npx gpt-proxy')
  expect(commandHere({}, clone, clone)).toBe('npx gpt-proxy')
})

test('installed globally it is on the PATH', () => {
  const PATH = linked(join(root, 'global'), clone)
  expect(commandHere({ PATH }, '/', clone)).toBe('gpt-proxy')
})

test('what npm adds to the PATH of its scripts, or another installation on it, does not count', () => {
  const npms = linked(join(root, 'x/node_modules/.bin'), clone)
  const other = packageIn(join(root, 'other'))
  const PATH = `${npms}:${linked(join(root, 'others'), other)}`
  expect(commandHere({ PATH }, clone, clone)).toBe('npx gpt-proxy')
})

test("npx's own copy and a dependency are called through npx", () => {
  const dependency = join(root, 'app/node_modules/gpt-proxy')
  cpSync(clone, dependency, { recursive: true })
  expect(commandHere({}, join(root, 'app'), dependency)).toBe('npx gpt-proxy')
})

test('called by its path from elsewhere, that path is what works', () => {
  expect(commandHere({}, '/', clone)).toBe(`${clone}/bin/gpt-proxy`)
})

test('errors, help and the doctor of a clone say npx gpt-proxy', async () => {
  using folder = cliFolder()
  const refused = await folder.cli(['key', 'list', '--user', 'bob'])
  expect(refused.stderr).toContain(' npx gpt-proxy user list')
  const help = await folder.cli(['user', 'create', '--help'])
  expect(help.stdout).toContain('Usage: npx gpt-proxy user create')
  expect(help.stdout).toContain('\n  npx gpt-proxy user create alice')
  const doctor = await folder.cli(['doctor', '--only', 'UPS-1'])
  expect(doctor.stdout).toContain('      npx gpt-proxy upstream add main < key.txt')
})
