/** Holds the import table: dependency-cruiser must have read the tree, and must still catch a forbidden import. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const FEWEST_MODULES = 60
const cruiser = [
  'node',
  'node_modules/dependency-cruiser/bin/dependency-cruise.mjs',
  '--config',
  '.dependency-cruiser.cjs',
  '--output-type',
  'json',
]

interface Report {
  summary: {
    totalCruised: number
    violations: { from: string; to: string; rule: { name: string } }[]
  }
}

function cruise(): Report['summary'] {
  const { stdout, stderr } = Bun.spawnSync([...cruiser, 'src'])
  try {
    return (JSON.parse(stdout.toString()) as Report).summary
  } catch {
    throw new Error(`dependency-cruiser gave no report: ${stderr.toString()}`)
  }
}

/** A rule that never fires protects nothing. */
function catchesForbiddenImport(): boolean {
  const folder = mkdtempSync('src/core/probe-')
  try {
    writeFileSync(join(folder, 'probe.ts'), "import '../../adapters/log/pino-logger.ts'\n")
    return cruise().violations.some(({ from }) => from.includes('probe.ts'))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const { totalCruised, violations } = cruise()
for (const { from, to, rule } of violations) console.error(`${rule.name}: ${from} → ${to}`)
if (totalCruised < FEWEST_MODULES) console.error(`only ${totalCruised} modules were read`)
const blind = !catchesForbiddenImport()
if (blind) console.error('a forbidden import was not caught')
console.log(`imports: ${totalCruised} modules, ${violations.length} violations`)
process.exit(violations.length > 0 || totalCruised < FEWEST_MODULES || blind ? 1 : 0)
