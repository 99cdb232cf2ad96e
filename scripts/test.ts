/** `npm test`: brings what the tests need, runs each suite by itself, and ends with the count. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensurePrograms, SEARCHED } from './needed-programs.ts'
import { type Count, runSuite } from './suite.ts'

/** One after the other: they measure times, and share the machine. */
const SUITES = [
  'src',
  'scripts',
  'test/support',
  'test/contracts',
  'test/integration',
  'test/conformance',
  'test/chaos',
  'test/deploy',
  'test/doctor',
  'test/e2e',
]

/** A word picks the suites whose name holds it (`chaos`), a path that file or folder. */
function wantedSuites(words: readonly string[]): string[] {
  if (words.length === 0) return SUITES
  return words.flatMap((word) => {
    const named = SUITES.filter((suite) => suite.includes(word))
    return named.length > 0 ? named : existsSync(word) ? [word] : []
  })
}

function fail(why: string): never {
  console.error(why)
  process.exit(1)
}

const suites = wantedSuites(process.argv.slice(2))
if (suites.length === 0) fail(`There is no such suite. There are: ${SUITES.join(', ')}`)
const problem = ensurePrograms()
if (problem !== null) fail(problem)

const reports = mkdtempSync(join(tmpdir(), 'gpt-proxy-reports-'))
const total: Count = { passed: 0, failed: 0, skipped: 0 }
for (const suite of suites) {
  console.log(`\n== ${suite}`)
  const startedMs = performance.now()
  const { passed, failed, skipped } = runSuite(suite, reports, SEARCHED)
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(0)
  console.log(`${suite}: ${passed} passed, ${failed} failed, ${skipped} skipped, ${seconds} s`)
  total.passed += passed
  total.failed += failed
  total.skipped += skipped
}
rmSync(reports, { recursive: true })
if (total.skipped > 0) console.log(`\n${total.skipped} were skipped, and prove nothing`)
console.log(`\n${total.passed} passed, ${total.failed} failed`)
process.exit(total.failed > 0 || total.passed === 0 ? 1 : 0)
