/** The Chinese documents have the same commands, tables and sections as the English ones. */
import { expect, test } from 'bun:test'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dir, '../..')
const translated = [
  'README.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.zh-CN.md'))
    .map((name) => `docs/${name.replace('.zh-CN', '')}`),
]
/** Its blocks are the help in each language; documents.test.ts compares each with the program's own. */
const HELP = 'docs/cli.md'
const read = (path: string) => Bun.file(join(ROOT, path)).text()
/** Comments in them are for people. */
const blocks = (text: string) =>
  [...text.matchAll(/^[ ]*```(\w*)\n(.*?)^[ ]*```/gms)].map(([, language, body = '']) => [
    language,
    body
      .split('\n')
      .map((line) => (language === 'mermaid' ? withoutLabels(line) : line))
      .map((line) => line.replace(/\s*#.*$/, '').trim())
      .filter(Boolean),
  ])
/** What a picture says is for people; its nodes and arrows are the same in both languages. */
const withoutLabels = (line: string) =>
  line
    .replace(/"[^"]*"/g, '""')
    .replace(/\(\[.*?\]\)/g, '([])')
    .replace(/^(\s*participant \w+) as .*/, '$1')
    .replace(/^(\s*(?:Note over [\w,]+|\w+-+>*\)?\w+)):.*/, '$1')
const levels = (text: string) =>
  [...text.replace(/```.*?```/gs, '').matchAll(/^(#+) /gm)].map(([, marks]) => marks?.length)
const firstCells = (text: string) =>
  [...text.matchAll(/^\| (`[^`|]*`) \|/gm)].map(([, cell]) => cell)

test.each(translated)('%s means the same in both languages', async (path) => {
  const [english, chinese] = await Promise.all([read(path), read(path.replace('.md', '.zh-CN.md'))])
  expect(levels(chinese)).toEqual(levels(english))
  expect(firstCells(chinese)).toEqual(firstCells(english))
  if (path === HELP) expect(blocks(chinese).length).toBe(blocks(english).length)
  else expect(blocks(chinese)).toEqual(blocks(english))
})
