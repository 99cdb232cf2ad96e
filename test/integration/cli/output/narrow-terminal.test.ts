/** What a terminal of 80 columns shows of a table, and how to see the rest. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { environmentFor } from '../../../support/processes/gateway-process.ts'
import { type CliFolder, cliFolder } from '../cli-folder.ts'
import { runInProcess } from '../run-in-process.ts'

let folder: CliFolder

const inWidth = (args: string, width: number, env: Record<string, string> = {}) =>
  runInProcess({ ...environmentFor(folder.dataDir), ...env }, args.split(' '), '', width)

beforeAll(async () => {
  folder = cliFolder()
  const add = 'upstream add main --provider compatible --base-url http://127.0.0.1:9/v1'
  await folder.cli(add.split(' '), { stdin: 'sk-0123456789' })
  for (const args of [
    'user create alice',
    'key create alice',
    'price set llama3 --input 0.01 --output 0.02',
    'model set fast --target a@main',
  ])
    await folder.cli(args.split(' '))
})
afterAll(() => folder[Symbol.dispose]())

test.each([
  'price list',
  'config show',
  'model list',
  'quota show',
  'route explain fast',
  'upstream test',
  'upstream list',
  'user list',
  'key list',
  'encryption status',
  'audit',
])('"%s" has the option that shows the columns left out', async (args) => {
  const narrow = await inWidth(args, 20)
  expect(narrow.stderr).toContain('Not shown, for lack of room: ')
  const wide = await inWidth(`${args} --wide`, 20)
  expect(wide.stderr).not.toContain('Not shown')
  expect(wide.stdout.length).toBeGreaterThan(narrow.stdout.length)
  expect(wide.exitCode).toBe(narrow.exitCode)
})

test('a Chinese shell reads in Chinese what is left out', async () => {
  const { stderr } = await inWidth('audit', 20, { LANG: 'zh_CN.UTF-8' })
  expect(stderr).toMatch(/^终端放不下的列：.*。加上 --wide 或 --json 即可显示。\n$/)
})

test('at 80 columns the audit log shows on what each change was made', async () => {
  const { stdout } = await inWidth('audit', 80)
  expect(stdout).toMatch(/upstream\.create +upstream:1/)
})
