/** docs/testing.md lists exactly the variables that change the tests. */
import { expect, test } from 'bun:test'
import { join } from 'node:path'

const ROOT = join(import.meta.dir, '../..')
/** Of the system, or of the gateway itself. */
const OTHERS = ['PATH', 'HOME', 'DATABASE_URL']

test('its tables have the variables that test/ and scripts/ read', async () => {
  const read = new Set<string>()
  for (const path of new Bun.Glob('{test,scripts}/**/*.ts').scanSync(ROOT)) {
    if (path.includes('node_modules/')) continue
    const text = await Bun.file(join(ROOT, path)).text()
    for (const [, name = ''] of text.matchAll(/process\.env\.([A-Z_]+)/g)) read.add(name)
  }
  const document = await Bun.file(join(ROOT, 'docs/testing.md')).text()
  const named = [...document.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, name = '']) => name)
  expect(named.sort()).toEqual([...read].filter((name) => !OTHERS.includes(name)).sort())
})
