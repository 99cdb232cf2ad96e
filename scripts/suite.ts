/** Runs one suite in a process of its own and counts what it did. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const TEST_LIMIT_MS = 60_000

export interface Count {
  passed: number
  failed: number
  skipped: number
}

/** A test that failed, as the report names it. */
export interface Failure {
  /** From the folder in which the suites run. */
  file: string
  test: string
  /** Its first line. */
  message: string
}

export interface SuiteResult extends Count {
  /** Empty when a suite ended without a report, although that counts as a failure. */
  failures: readonly Failure[]
}

export interface Running {
  /** Takes the report. */
  reports: string
  /** Where programs are found. */
  path: string
  /** A suite that hangs outside of a test is ended. */
  limitMs: number
  /** For the runner itself, such as `-t NAME`. */
  flags: readonly string[]
  /** A file, if it must not be mixed with the output of another suite. */
  output: 'inherit' | 'ignore' | Bun.BunFile
}

/** `suite` is a folder or a file. */
export async function runSuite(
  suite: string,
  { reports, path, limitMs, flags, output }: Running,
): Promise<SuiteResult> {
  const report = join(reports, `${suite.replaceAll('/', '-')}.xml`)
  const child = Bun.spawn(
    [
      ...[process.execPath, 'test', '--timeout', String(TEST_LIMIT_MS)],
      ...['--reporter=junit', `--reporter-outfile=${report}`, ...flags, `./${suite}`],
    ],
    {
      stdout: output,
      stderr: output,
      stdin: 'ignore',
      env: { ...process.env, PATH: path },
      timeout: limitMs,
    },
  )
  const exitCode = await child.exited
  const text = existsSync(report) ? readFileSync(report, 'utf8') : ''
  return { ...countOf(text, exitCode), failures: failuresOf(text) }
}

/** A crash, a file that can't be loaded or a suite that ran nothing is a failure where no test says so. */
export function countOf(report: string, exitCode: number | null): Count {
  const root = /<testsuites [^>]*>/.exec(report)?.[0] ?? ''
  const number = (name: string) => Number(new RegExp(` ${name}="(\\d+)"`).exec(root)?.[1] ?? 0)
  const failed = number('failures') + number('errors')
  const skipped = number('skipped')
  const passed = Math.max(0, number('tests') - failed - skipped)
  const unseen = (exitCode !== 0 && failed === 0) || passed + failed === 0
  return { passed, failed: failed + (unseen ? 1 : 0), skipped }
}

/** The failed tests of a JUnit report as Bun 1.4 writes it. */
export function failuresOf(report: string): Failure[] {
  return [...report.matchAll(/<testcase ([^>]*[^>/])>\s*<(?:failure|error)([^>]*)/g)].map(
    ([, test = '', failure = '']) => {
      const names = [attribute(test, 'classname'), attribute(test, 'name')]
      return {
        file: attribute(test, 'file'),
        test: names.filter((name) => name !== '').join(' > '),
        message: attribute(failure, 'message').split('\n')[0] ?? '',
      }
    },
  )
}

function attribute(tag: string, name: string): string {
  const value = new RegExp(`(?:^| )${name}="([^"]*)"`).exec(tag)?.[1] ?? ''
  return value.replace(/&(?:#(\d+)|(\w+));/g, (whole, code: string, entity: string) =>
    code ? String.fromCodePoint(Number(code)) : (ENTITIES[entity] ?? whole),
  )
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
}
