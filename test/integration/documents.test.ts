/** The documents say what the code does: errors, variables, and the order of the stages. */
import { expect, test } from 'bun:test'
import { VARIABLES } from '../../src/config/variables.ts'
import { ERROR_CATALOGUE } from '../../src/core/errors.ts'

const read = (path: string) => Bun.file(new URL(`../../${path}`, import.meta.url)).text()

test('docs/errors.md lists exactly the errors of the catalogue', async () => {
  const rows = [
    ...(await read('docs/errors.md')).matchAll(/^\| `(\w+)` \| (\d+) \| (\w+) \| (\w+) \|/gm),
  ]
  const documented = rows.map(([, code, status, type, blame]) => [
    code,
    Number(status),
    type,
    blame,
  ])
  const actual = Object.entries(ERROR_CATALOGUE).map(([code, entry]) => [
    code,
    entry.status,
    entry.type,
    entry.blame,
  ])
  expect(documented).toEqual(actual as typeof documented)
})

test('ARCHITECTURE.md shows the stages in the order of serve.ts', async () => {
  const stages = ['authenticate', 'parse', 'route', 'attempt', 'relay', 'settle']
  const diagram = (await read('ARCHITECTURE.md')).split('```')[1] ?? ''
  const shown = [...diagram.matchAll(/^ (\w+) [─◄]/gm)].map(([, stage]) => stage)
  const serve = await read('src/pipeline/serve.ts')
  const called = stages.toSorted(
    (one, other) => serve.indexOf(`${one}(gateway`) - serve.indexOf(`${other}(gateway`),
  )
  expect(shown).toEqual(stages)
  expect(called.filter((stage) => stage !== 'parse')).toEqual(
    stages.filter((stage) => stage !== 'parse'),
  )
})

test('docs/configuration.md lists exactly the variables that are read', async () => {
  const rows = [...(await read('docs/configuration.md')).matchAll(/^\| `([A-Z_0-9]+)` \|/gm)]
  expect(rows.map(([, name]) => name ?? '')).toEqual(Object.keys(VARIABLES))
})
