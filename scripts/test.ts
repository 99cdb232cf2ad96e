/**
 * `npm test -- [SUITE…] [FLAGS]`: brings what the tests need, runs each suite on its own, and ends with the count.
 * What begins with the first flag goes to the runner as it is, such as `-t NAME`.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { installPrograms, lacking, SEARCHED } from './needed-programs.ts'
import { runAgain } from './second-run.ts'
import { type Failure, runSuite, type SuiteResult } from './suite.ts'
import { installTestPackages } from './test-packages.ts'

/** One after the other: their output is followed as they run. */
const SUITES = [
  'src',
  'scripts',
  'web/src',
  'test/support',
  'test/integration',
  'test/chaos',
  'test/console',
]

/**
 * At the same time as those, one after the other, so that all take half an hour on two cores. The first two mostly
 * wait, and the others measure no times.
 */
const ALONGSIDE = [
  'test/slow',
  'test/deploy',
  'test/contracts',
  'test/admin',
  'test/conformance',
  'test/doctor',
  'test/e2e',
]
/** For the long variants: docs/testing.md. */
const LIMIT_MS = Number(process.env.SUITE_MINUTES ?? 30) * 60_000

/** A word picks the suites whose name holds it (`chaos`), a path that file or folder. */
function wantedSuites(words: readonly string[]): string[] {
  if (words.length === 0) return [...ALONGSIDE, ...SUITES]
  return words.flatMap((word) => {
    const named = [...ALONGSIDE, ...SUITES].filter((suite) => suite.includes(word))
    return named.length > 0 ? named : existsSync(word) ? [word] : []
  })
}

/** Those that run clients, schemas or tools of `test/package.json`. */
function needsTestPackages(suite: string): boolean {
  return /^test\/(admin|chaos|integration|conformance|deploy|slow|e2e|console)/.test(suite)
}

function fail(why: string): never {
  console.error(why)
  process.exit(1)
}

const given = process.argv.slice(2)
const firstFlag = given.findIndex((word) => word.startsWith('-'))
const flags = firstFlag < 0 ? [] : given.slice(firstFlag)
const suites = wantedSuites(given.slice(0, given.length - flags.length))
if (suites.length === 0)
  fail(`There is no such suite. There are: ${[...ALONGSIDE, ...SUITES].join(', ')}`)
const problem = installPrograms(suites)
if (problem !== null) console.error(problem)
if (suites.some(needsTestPackages)) {
  const failure = installTestPackages()
  if (failure !== null) fail(failure)
}

if (!(LIMIT_MS > 0)) fail('SUITE_MINUTES is how long a suite may take, in minutes, e.g. 60.')
const reports = mkdtempSync(join(tmpdir(), 'gpt-proxy-reports-'))
const total = { passed: 0, failed: 0, skipped: 0 }
const failures: Failure[] = []
const running = { reports, path: SEARCHED, limitMs: LIMIT_MS, flags } as const
const alongside = runAlongside(suites.filter((one) => ALONGSIDE.includes(one)))
for (const suite of suites.filter((one) => !ALONGSIDE.includes(one))) {
  console.log(`\n== ${suite}`)
  add(suite, await timed(() => runWithPrograms(suite, 'inherit')))
}
for (const { suite, log, result } of await alongside) {
  console.log(`\n== ${suite}\n${log}`)
  add(suite, result)
}
const again = await runAgain(failures, (file) => runWithPrograms(file, 'inherit'))
total.passed += again.passed.length
total.failed -= again.passed.length
rmSync(reports, { recursive: true })
printFailures('Failed', again.failed)
printFailures('Failed once, and passed when its file ran again', again.passed)
// With a flag that selects tests, the others are not part of this run.
if (total.skipped > 0 && flags.length === 0)
  console.log(`\n${total.skipped} were skipped, and prove nothing`)
console.log(`\n${total.passed} passed, ${total.failed} failed`)
process.exit(total.failed > 0 || total.passed === 0 ? 1 : 0)

/** Their output follows when the others are done. */
async function runAlongside(names: readonly string[]) {
  const done: { suite: string; log: string; result: Timed }[] = []
  for (const suite of names) {
    const log = Bun.file(join(reports, `${suite.replaceAll('/', '-')}.log`))
    const result = await timed(() => runWithPrograms(suite, log))
    done.push({ suite, log: await log.text(), result })
  }
  return done
}

/** A suite that lacks a program fails and says so; the others run. */
async function runWithPrograms(
  suite: string,
  output: 'inherit' | Bun.BunFile,
): Promise<SuiteResult> {
  const lacks = lacking(suite)
  if (lacks.length === 0) return runSuite(suite, { ...running, output })
  const message = `${suite} was not run: this machine lacks ${lacks.join(', ')}`
  if (output === 'inherit') console.error(message)
  else await Bun.write(output, `${message}\n`)
  return { passed: 0, failed: 1, skipped: 0, failures: [] }
}

async function timed(run: () => Promise<SuiteResult>): Promise<Timed> {
  const startedMs = performance.now()
  const result = await run()
  return { ...result, seconds: ((performance.now() - startedMs) / 1000).toFixed(0) }
}

interface Timed extends SuiteResult {
  seconds: string
}

function add(suite: string, result: Timed) {
  const { passed, failed, skipped, seconds } = result
  console.log(`${suite}: ${passed} passed, ${failed} failed, ${skipped} skipped, ${seconds} s`)
  total.passed += passed
  total.failed += failed
  total.skipped += skipped
  failures.push(...result.failures)
}

/** At the end, where a reader of a long log looks first. */
function printFailures(title: string, listed: readonly Failure[]): void {
  if (listed.length === 0) return
  console.log(`\n${title}:`)
  for (const { file, test, message } of listed) console.log(`  ${file}: ${test}\n    ${message}`)
}
