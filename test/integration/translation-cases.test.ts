/** docs/translation-cases.md: each case names tests that are there. */
import { expect, test } from 'bun:test'
import { join } from 'node:path'

const ROOT = join(import.meta.dir, '../..')

test('every case of translation names its tests, and each of them is there', async () => {
  const document = await Bun.file(join(ROOT, 'docs/translation-cases.md')).text()
  const rows = document.split('\n').filter((line) => /^\| (?!given|---)/.test(line))
  expect(rows).toHaveLength(61)
  for (const row of rows) {
    const cell = row.split(' | ').at(-1) ?? ''
    const named = [...cell.matchAll(/`([^`]+\.test\.ts)`: (.*?)(?=<br>| \|$)/g)]
    expect([row, named.length]).not.toEqual([row, 0])
    for (const [, path = '', name = ''] of named) {
      const source = await Bun.file(join(ROOT, path)).text()
      const isThere = [`'${name}'`, `"${name}"`, `\`${name}\``].some((text) =>
        source.includes(text),
      )
      expect([path, name, isThere]).toEqual([path, name, true])
    }
  }
})
