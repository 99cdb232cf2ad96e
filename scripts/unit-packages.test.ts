/** `npm run test:unit` runs with the packages of `package.json` alone: those of `test/package.json` may be missing. */
import { expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import manifest from '../package.json'

const ROOT = join(import.meta.dir, '..')
const PACKAGES = [
  ...Object.keys({ ...manifest.dependencies, ...manifest.devDependencies }),
  ...['bun', 'bun:test', 'bun:sqlite', 'bun:jsc'],
]
const transpilers = {
  ts: new Bun.Transpiler({ loader: 'ts' }),
  tsx: new Bun.Transpiler({ loader: 'tsx' }),
}

/** What a file imports when it runs; imports of types are none. */
async function importsOf(file: string): Promise<string[]> {
  const text = await Bun.file(file).text()
  const loader = file.endsWith('x') ? transpilers.tsx : transpilers.ts
  return loader.scanImports(text).map(({ path }) => path)
}

function isAllowed(name: string): boolean {
  return (
    name.startsWith('node:') || PACKAGES.some((one) => name === one || name.startsWith(`${one}/`))
  )
}

test('no unit test imports a package of test/package.json, directly or by way of a file', async () => {
  const files = ['src', 'scripts'].flatMap((folder) =>
    [...new Bun.Glob('**/*.test.ts').scanSync(join(ROOT, folder))].map((path) =>
      join(ROOT, folder, path),
    ),
  )
  const known = new Set(files)
  const refused: string[] = []
  for (const file of known) {
    for (const name of await importsOf(file)) {
      const path = join(dirname(file), name)
      if (!name.startsWith('.')) {
        if (!isAllowed(name)) refused.push(`${file.slice(ROOT.length + 1)}: ${name}`)
      } else if (/\.tsx?$/.test(path) && existsSync(path)) known.add(path)
    }
  }
  expect(refused).toEqual([])
  expect(known.size).toBeGreaterThan(files.length)
})
