/** A rule that never fires protects nothing: each one is broken once, in a tree made for it. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type Cruise, cruise, ruleNames } from '../../../scripts/cruise.ts'

/** Rule → the file that breaks it, and how. */
const BREACHES: Readonly<Record<string, readonly [file: string, text: string]>> = {
  'core-keeps-to-its-imports': ['src/core/breach.ts', "import 'node:fs'"],
  'http1-keeps-to-its-imports': ['src/http1/breach.ts', "import '../pipeline/fine.ts'"],
  'protocols-keeps-to-its-imports': ['src/protocols/breach.ts', "import '../providers/fine.ts'"],
  'routing-keeps-to-its-imports': ['src/routing/breach.ts', "import '../pipeline/fine.ts'"],
  'access-keeps-to-its-imports': ['src/access/breach.ts', "import '../pipeline/fine.ts'"],
  'usage-keeps-to-its-imports': ['src/usage/breach.ts', "import '../pipeline/fine.ts'"],
  'upstreams-keeps-to-its-imports': ['src/upstreams/breach.ts', "import '../pipeline/fine.ts'"],
  'limits-keeps-to-its-imports': ['src/limits/breach.ts', "import '../pipeline/fine.ts'"],
  'quota-keeps-to-its-imports': ['src/quota/breach.ts', "import '../pipeline/fine.ts'"],
  'passthrough-keeps-to-its-imports': ['src/passthrough/breach.ts', "import '../pipeline/fine.ts'"],
  'doctor-keeps-to-its-imports': ['src/doctor/breach.ts', "import '../pipeline/fine.ts'"],
  'providers-keeps-to-its-imports': ['src/providers/breach.ts', "import '../pipeline/fine.ts'"],
  'pipeline-keeps-to-its-imports': ['src/pipeline/breach.ts', "import '../adapters/sql/fine.ts'"],
  'admin-keeps-to-its-imports': ['src/admin/breach.ts', "import '../providers/fine.ts'"],
  'http-keeps-to-its-imports': ['src/http/breach.ts', "import '../adapters/log/fine.ts'"],
  'cli-keeps-to-its-imports': ['src/cli/breach.ts', "import '../pipeline/fine.ts'"],
  'config-keeps-to-its-imports': ['src/config/breach.ts', "import '../http/fine.ts'"],
  'adapters-journal-keeps-to-its-imports': [
    'src/adapters/journal/breach.ts',
    "import '../sql/fine.ts'",
  ],
  'adapters-redis-keeps-to-its-imports': [
    'src/adapters/redis/breach.ts',
    "import '../sql/fine.ts'",
  ],
  'adapters-log-keeps-to-its-imports': ['src/adapters/log/breach.ts', "import 'kysely'"],
  'adapters-passwords-keeps-to-its-imports': ['src/adapters/passwords/breach.ts', "import 'pino'"],
  'adapters-totp-keeps-to-its-imports': ['src/adapters/totp/breach.ts', "import 'pino'"],
  'adapters-metrics-keeps-to-its-imports': ['src/adapters/metrics/breach.ts', "import 'pino'"],
  'adapters-oidc-keeps-to-its-imports': ['src/adapters/oidc/breach.ts', "import 'pino'"],
  'adapters-prices-keeps-to-its-imports': ['src/adapters/prices/breach.ts', "import 'kysely'"],
  'adapters-remote-admin-keeps-to-its-imports': [
    'src/adapters/remote-admin/breach.ts',
    "import '../sql/fine.ts'",
  ],
  'adapters-shared-memory-keeps-to-its-imports': [
    'src/adapters/shared-memory/breach.ts',
    "import '../sql/fine.ts'",
  ],
  'adapters-sql-keeps-to-its-imports': ['src/adapters/sql/breach.ts', "import '../log/fine.ts'"],
  'adapters-tokenizer-keeps-to-its-imports': ['src/adapters/tokenizer/breach.ts', "import 'zod'"],
  'adapters-upstream-keeps-to-its-imports': [
    'src/adapters/upstream/breach.ts',
    "import '../../pipeline/fine.ts'",
  ],
  'adapters-vault-keeps-to-its-imports': [
    'src/adapters/vault/breach.ts',
    "import '../../config.ts'",
  ],
  'adapters-are-in-the-table': ['src/adapters/stranger/breach.ts', "import '../../core/fine.ts'"],
  'main-is-imported-by-none': ['src/http/start.ts', "import '../main/fine.ts'"],
  'source-imports-no-tests': ['src/main/breach.ts', "import '../../test/fine.ts'"],
  'no-circles': ['src/core/one.ts', "import './other.ts'"],
}
const FINE = [
  'src/core/fine.ts',
  'src/providers/fine.ts',
  'src/pipeline/fine.ts',
  'src/http/fine.ts',
  'src/main/fine.ts',
  'src/adapters/sql/fine.ts',
  'src/adapters/log/fine.ts',
  'test/fine.ts',
]
/** What the table allows, each in a file of its own. */
const ALLOWED: Readonly<Record<string, string>> = {
  'src/pipeline/allowed.ts': "import '../core/fine.ts'\nimport '../providers/fine.ts'",
  'src/adapters/sql/allowed.ts':
    "import 'node:fs'\nimport 'bun:sqlite'\nimport '../../core/fine.ts'",
  'src/cli/allowed.ts': "import type { Value } from '../config.ts'",
  'src/core/allowed.test.ts': "import 'bun:test'\nimport 'node:fs'",
}

let tree: string
let cruised: Cruise

beforeAll(() => {
  tree = mkdtempSync(join(tmpdir(), 'gpt-proxy-imports-'))
  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(tree, file)), { recursive: true })
    writeFileSync(join(tree, file), `${text}\n`)
  }
  write('tsconfig.json', '{ "compilerOptions": { "allowImportingTsExtensions": true } }')
  write('src/config.ts', 'export const value = 1\nexport type Value = typeof value')
  write('src/core/other.ts', "import './one.ts'")
  for (const file of FINE) write(file, 'export const fine = 1')
  for (const [file, text] of Object.entries(ALLOWED)) write(file, text)
  for (const [file, text] of Object.values(BREACHES)) write(file, text)
  cruised = cruise(tree)
})
afterAll(() => rmSync(tree, { recursive: true }))

test('every rule of the import table is broken by a file of this test', () => {
  expect(Object.keys(BREACHES).sort()).toEqual(ruleNames().sort())
})

test.each(Object.entries(BREACHES))('%s is seen to be broken', (rule, [file]) => {
  const broken = cruised.violations.filter(({ from }) => from === file)
  expect(broken.map((violation) => violation.rule)).toContain(rule)
})

test('allowed imports pass', () => {
  const files = cruised.violations.map(({ from }) => from)
  for (const file of [...Object.keys(ALLOWED), ...FINE]) expect(files).not.toContain(file)
})
