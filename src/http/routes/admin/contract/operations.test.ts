/** No file of the contract is forgotten in the list of operations. */
import { expect, test } from 'bun:test'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { isOperation, NAMED_OPERATIONS, OPERATIONS } from './operations.ts'

test('every operation that a file of this folder declares is in the list', async () => {
  const files = readdirSync(import.meta.dir).filter((name) => !name.endsWith('.test.ts'))
  const declared: string[] = []
  for (const file of files) {
    const module: Record<string, unknown> = await import(join(import.meta.dir, file))
    for (const value of Object.values(module))
      if (isOperation(value)) declared.push(`${value.method} ${value.path}`)
  }
  const listed = OPERATIONS.map(({ method, path }) => `${method} ${path}`)
  expect(declared.length).toBeGreaterThan(50)
  expect(declared.toSorted()).toEqual(listed.toSorted())
})

test('no two operations have the same name', () => {
  const names = NAMED_OPERATIONS.map(({ name }) => name)
  expect(names.length).toBe(new Set(names).size)
})
