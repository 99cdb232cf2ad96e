/** Wrong usage in Chinese: commander's errors as it writes them, and each reason that a parser here gives. */
import { describe, expect, test } from 'bun:test'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CliContext } from '../context.ts'
import { buildProgram } from '../program.ts'
import { usageErrorInChinese } from './usage-errors-zh.ts'

async function saidOf(...args: string[]): Promise<string> {
  let said = ''
  const program = buildProgram({
    version: '0',
    command: 'gpt-proxy',
    writeOut() {},
    writeError(text: string) {
      said += text
    },
    language: 'zh',
  } as unknown as CliContext)
  await program.parseAsync(['node', 'gpt-proxy', ...args]).catch(() => {})
  return said
}

describe('commander’s own errors', () => {
  test.each([
    [['--nonsense'], 'error: 未知选项“--nonsense”'],
    [['usr'], 'error: 未知命令“usr”\n（是否想输入 user？）'],
    [['user', 'create'], 'error: 缺少参数“username”'],
    [['key', 'create', 'alice', '--rpm'], 'error: 选项“--rpm <requests>”缺少值'],
    [['user', 'list', 'a', 'b'], 'error: “list”的参数过多：应为 0 个，却有 2 个。'],
    [['doctor', '--lang', 'fr'], '的值“fr”无效。可选：en, zh。'],
    [['upstream', 'update', 'a', '--model', 'b', '--any-model'], '不能与选项'],
    [['key', 'limit', '1', '--rpm', 'many'], "的值“many”无效。必须是整数、'none' 或 'default'。"],
  ])('%j', async (args, expected) => {
    const said = await saidOf(...args)
    expect(said).toContain(expected)
    expect(said).toContain('（见 --help）')
  })

  test('a key that was typed as a command is not repeated', async () => {
    expect(await saidOf('sk-abcdefghijklmnop1234')).not.toContain('sk-abcdefghijklmnop1234')
  })
})

/** From the source, so that none is forgotten. */
function reasonsIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /(?<!\.test)\.ts$/.test(entry.name))
    .flatMap((entry) => {
      const text = readFileSync(join(entry.parentPath, entry.name), 'utf8')
      return [...text.matchAll(/InvalidArgumentError\(\s*(['"`])(.*?)\1,?\s*\)/gs)].map(
        ([, , reason = '']) => reason.replaceAll(/\$\{[^}]*\}/g, '1'),
      )
    })
}

const REASONS = reasonsIn(join(import.meta.dir, '..'))

test('the parsers here give reasons', () => {
  expect(REASONS.length).toBeGreaterThan(15)
})

test.each(REASONS)('the reason %j has its translation', (reason) => {
  const text = usageErrorInChinese(`error: option '--x <y>' argument 'z' is invalid. ${reason}`)
  expect(text).toStartWith('error: 选项“--x <y>”的值“z”无效。')
  expect(text).not.toContain(reason)
})

test('the user’s own words stay as they are', () => {
  expect(usageErrorInChinese("error: unknown command '(Did you mean x?)'")).toBe(
    'error: 未知命令“(Did you mean x?)”',
  )
})
