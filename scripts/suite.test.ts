/** The runner counts by bun's reports, and does not treat a missing report as success. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { runAgain } from './second-run.ts'
import { countOf, type Failure, type Running, runSuite } from './suite.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gpt-proxy-suite-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const IMPORT = "import { beforeAll, expect, test } from 'bun:test'\n"

/** A file of tests, really run. */
function run(name: string, body: string, more: Partial<Running> = {}) {
  const file = join(folder, `${name}.test.ts`)
  writeFileSync(file, IMPORT + body)
  return runSuite(relative('.', file), {
    ...{ reports: folder, path: process.env.PATH ?? '', limitMs: 60_000, flags: [] },
    output: 'ignore',
    ...more,
  })
}

describe('a suite', () => {
  test('is counted by its tests', async () => {
    const body =
      "test('a', () => {})\ntest('b', () => expect(1).toBe(2))\ntest.each([1, 2])('c %d', () => {})"
    expect(await run('mixed', body)).toMatchObject({ passed: 3, failed: 1, skipped: 0 })
  })

  test('runs only what its flags pick', async () => {
    const body = "test('good', () => {})\ntest('bad', () => expect(1).toBe(2))"
    const picked = await run('picked', body, { flags: ['-t', 'good'] })
    expect(picked).toMatchObject({ passed: 1, failed: 0, skipped: 1 })
    expect((await run('none', body, { flags: ['-t', 'no such'] })).failed).toBe(1)
  })

  test('that takes longer than it may has failed', async () => {
    const body = "test('a', async () => { await Bun.sleep(50_000) })"
    expect((await run('long', body, { limitMs: 500 })).failed).toBeGreaterThan(0)
  })

  test.each([
    ['ends its process', "test('a', () => {})\ntest('b', () => process.kill(process.pid, 9))"],
    ['leaves with exit code 0', "test('a', () => process.exit(0))"],
    ['can not be loaded', "throw new Error('no')"],
    ['fails before its tests', "beforeAll(() => { throw new Error('no') })\ntest('a', () => {})"],
    ['has no test', ''],
    [
      'throws between its tests',
      "test('a', () => {\n  setTimeout(() => { throw new Error('late') })\n})\ntest('b', async () => { await Bun.sleep(50) })",
    ],
  ])('that %s has failed', async (name, body) => {
    expect((await run(name.replaceAll(' ', '-'), body)).failed).toBeGreaterThan(0)
  })
})

test("skipped tests don't count as passed", () => {
  const report = '<testsuites name="bun test" tests="3" failures="1" skipped="1" time="1">'
  expect(countOf(report, 1)).toEqual({ passed: 1, failed: 1, skipped: 1 })
})

test('a failure is reported with its file, its full name and its reason', async () => {
  const body = `describe('a <b>', () => test('says "no"', () => expect(1).toBe(2)))`
  const { failures } = await run('named', `import { describe } from 'bun:test'\n${body}`)
  expect(failures).toEqual([
    {
      file: expect.stringMatching(/named\.test\.ts$/),
      test: 'a <b> > says "no"',
      message: 'expect(received).toBe(expected)',
    },
  ])
})

describe('a second run', () => {
  const failure = (file: string): Failure => ({ file, test: 'a', message: 'no' })
  const result = (failed: number) => ({ passed: 3, failed, skipped: 0, failures: [] })

  test('counts a failure as passed only if its whole file passes', async () => {
    const failures = [failure('late.test.ts'), failure('broken.test.ts')]
    const again = await runAgain(failures, async (file) => result(file === 'late.test.ts' ? 0 : 1))
    expect(again).toEqual({ passed: failures.slice(0, 1), failed: failures.slice(1) })
  })

  test('runs each file once', async () => {
    const files: string[] = []
    await runAgain([failure('a'), failure('a'), failure('b')], async (file) => {
      files.push(file)
      return result(0)
    })
    expect(files).toEqual(['a', 'b'])
  })

  test('is not tried when many files failed', async () => {
    const failures = ['a', 'b', 'c', 'd', 'e', 'f'].map(failure)
    const never = () => Promise.reject(new Error('was run'))
    expect(await runAgain(failures, never)).toEqual({ passed: [], failed: failures })
  })
})
