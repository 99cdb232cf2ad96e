/** A folder of tests that no suite names would never run. */
import { expect, test } from 'bun:test'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'

const TEST = join(import.meta.dir, '../test')

test('every folder below test/ that holds tests is a suite', async () => {
  const script = await Bun.file(join(import.meta.dir, 'test.ts')).text()
  const folders = readdirSync(TEST, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'node_modules')
    .map(({ name }) => name)
    .filter((name) => [...new Bun.Glob('**/*.test.ts').scanSync(join(TEST, name))].length > 0)
  expect(folders.filter((name) => !script.includes(`'test/${name}'`))).toEqual([])
})
