/** docs/translation-cases.md and docs/console-cases.md: each case names tests that are there. */
import { expect, test } from 'bun:test'
import { join } from 'node:path'

const ROOT = join(import.meta.dir, '../..')

async function casesOf(document: string): Promise<string[]> {
  const text = await Bun.file(join(ROOT, document)).text()
  return text.split('\n').filter((line) => /^\| (?!given|situation|---)/.test(line))
}

test.each([
  ['docs/translation-cases.md', 61],
  ['docs/console-cases.md', 83],
] as const)(
  'every case of %s names its tests, and each of them is there',
  async (document, count) => {
    const rows = await casesOf(document)
    expect(rows).toHaveLength(count)
    for (const row of rows) {
      const cell = row.split(' | ').at(-1) ?? ''
      if (cell.startsWith('reviewed: ')) continue
      const named = [...cell.matchAll(/`([^`]+\.(?:test|contract)\.ts)`: (.*?)(?=<br>| \|$)/g)]
      expect([row, named.length]).not.toEqual([row, 0])
      for (const [, path = '', name = ''] of named) {
        const source = await Bun.file(join(ROOT, path)).text()
        const isThere = [`'${name}'`, `"${name}"`, `\`${name}\``].some((text) =>
          source.includes(text),
        )
        expect([path, name, isThere]).toEqual([path, name, true])
      }
    }
  },
)

test('few cases of the console are reviewed without a test', async () => {
  const rows = await casesOf('docs/console-cases.md')
  expect(rows.filter((row) => row.includes('| reviewed: '))).toHaveLength(3)
})
