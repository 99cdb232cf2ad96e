/** The whole help in Chinese: no command, option or argument without a text of the table. */
import { expect, test } from 'bun:test'
import type { CliContext } from '../context.ts'
import { buildProgram } from '../program.ts'
import { describedTexts, wrapped } from './help-language.ts'
import { HELP_ZH } from './help-zh.ts'

async function helpOf(path: string[], language: 'en' | 'zh'): Promise<string> {
  let written = ''
  const writeOut = (text: string) => {
    written += text
  }
  // Help asks for nothing else.
  const context = { version: '0', command: 'gpt-proxy', language, writeOut, writeError: writeOut }
  await buildProgram(context as unknown as CliContext)
    .parseAsync([...path, '--help'], { from: 'user' })
    .catch(() => {})
  return written
}

const program = buildProgram({ language: 'en', version: '0' } as unknown as CliContext)
const TEXTS = [...new Set(describedTexts(program))]

test('every description has a Chinese text', () => {
  expect(TEXTS.length).toBeGreaterThan(100)
  expect(TEXTS.filter((text) => !/\p{Script=Han}/u.test(HELP_ZH[text] ?? ''))).toEqual([])
})

test('the table has no text that is no longer used', () => {
  expect(Object.keys(HELP_ZH).filter((text) => !TEXTS.includes(text))).toEqual([])
})

test('the first page and the page of a command are Chinese, examples and exit codes too', async () => {
  const first = await helpOf([], 'zh')
  for (const words of ['用法：', '命令：', '启动网关', '退出码：', '示例：', '显示命令的帮助'])
    expect(first).toContain(words)
  expect(first).not.toMatch(/^(Usage|Options|Commands|Exit codes|Examples?):/m)
  const doctor = await helpOf(['doctor'], 'zh')
  expect(doctor).toContain('（可选："en", "zh"）')
  expect(doctor).toContain('（默认：1）')
  expect(await helpOf(['upstream'], 'zh')).toContain('重新启用已停用的密钥')
})

test('English stays as it is', async () => {
  expect(await helpOf([], 'en')).not.toMatch(/\p{Script=Han}/u)
})

test('lines of Chinese are broken at the width of the terminal', () => {
  const lines = wrapped('从标准输入批量设置价格：带表头的 CSV，单位为每百万令牌。', 20).split('\n')
  expect(lines.length).toBeGreaterThan(2)
  for (const line of lines) {
    expect(Bun.stringWidth(line)).toBeLessThanOrEqual(20)
    expect(line).not.toMatch(/^[，。：]/)
  }
  expect(lines.join('').replaceAll(' ', '')).toBe(
    '从标准输入批量设置价格：带表头的CSV，单位为每百万令牌。',
  )
})
