/** `npm test`: installs what the tests need, runs each suite in a process of its own, and counts. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const SUITES = [
  'src',
  'test/support',
  'test/contracts',
  'test/integration',
  'test/conformance',
  'test/chaos',
  'test/e2e',
]
/** Program → Debian package that brings it. */
const NEEDED = { nginx: 'nginx-light', curl: 'curl', openssl: 'openssl', sqlite3: 'sqlite3' }

function installNeeded(): void {
  const searched = `${process.env.PATH}:/usr/sbin:/sbin`
  const missing = Object.entries(NEEDED).filter(
    ([program]) => Bun.which(program, { PATH: searched }) === null,
  )
  if (missing.length === 0) return
  const packages = missing.map(([, name]) => name)
  const mayInstall = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')
  if (!mayInstall) {
    console.error(
      `The tests need these packages; install them and run again: ${packages.join(' ')}`,
    )
    process.exit(1)
  }
  console.log(`Installing for the tests: ${packages.join(' ')}`)
  for (const command of [
    ['update', '-qq'],
    ['install', '-y', '-qq', '--no-install-recommends', ...packages],
  ]) {
    const { exitCode, stderr } = Bun.spawnSync(['apt-get', ...command], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    })
    if (exitCode !== 0) {
      console.error(`apt-get ${command[0]} failed: ${stderr.toString()}`)
      process.exit(1)
    }
  }
}

interface Count {
  passed: number
  failed: number
}

function runSuite(suite: string, reports: string): Count {
  const report = join(reports, `${suite.replaceAll('/', '-')}.xml`)
  console.log(`\n== ${suite}`)
  const { exitCode } = Bun.spawnSync(
    [
      process.execPath,
      'test',
      '--timeout',
      '60000',
      '--reporter=junit',
      `--reporter-outfile=${report}`,
      `./${suite}`,
    ],
    {
      stdout: 'inherit',
      stderr: 'inherit',
      stdin: 'ignore',
      env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
    },
  )
  const root = existsSync(report)
    ? /<testsuites [^>]*>/.exec(readFileSync(report, 'utf8'))?.[0]
    : undefined
  const number = (name: string) => Number(new RegExp(`${name}="(\\d+)"`).exec(root ?? '')?.[1] ?? 0)
  const failed = number('failures') + number('errors')
  const passed = number('tests') - failed - number('skipped')
  // A crash, or a suite that ran nothing, is a failure even where no test said so.
  const broken = (exitCode !== 0 && failed === 0) || passed + failed === 0
  return { passed: Math.max(0, passed), failed: failed + (broken ? 1 : 0) }
}

installNeeded()
const wanted = process.argv.slice(2)
const suites =
  wanted.length === 0
    ? SUITES
    : SUITES.filter((suite) => wanted.some((word) => suite.includes(word)))
const reports = mkdtempSync(join(tmpdir(), 'gpt-proxy-reports-'))
const total: Count = { passed: 0, failed: 0 }
for (const suite of suites) {
  const { passed, failed } = runSuite(suite, reports)
  console.log(`${suite}: ${passed} passed, ${failed} failed`)
  total.passed += passed
  total.failed += failed
}
rmSync(reports, { recursive: true })
console.log(`${total.passed} passed, ${total.failed} failed`)
process.exit(total.failed > 0 || total.passed === 0 ? 1 : 0)
