/** Runs dependency-cruiser with the project's rules over a source tree. */
import { createRequire } from 'node:module'
import { join } from 'node:path'

const ROOT = join(import.meta.dir, '..')
const CRUISER = join(ROOT, 'test/node_modules/dependency-cruiser/bin/dependency-cruise.mjs')
const CONFIG = join(ROOT, '.dependency-cruiser.cjs')

export interface Violation {
  rule: string
  from: string
  to: string
}

export interface Cruise {
  /** Files that were read, relative to the tree. */
  modules: string[]
  violations: Violation[]
}

interface Report {
  modules: { source: string }[]
  summary: { violations: { from: string; to: string; rule: { name: string } }[] }
}

/** `tree` holds `src` and a tsconfig.json. */
export function cruise(tree: string = ROOT): Cruise {
  const { stdout, stderr } = Bun.spawnSync(
    ['node', CRUISER, '--config', CONFIG, '--output-type', 'json', 'src'],
    { cwd: tree },
  )
  let report: Report
  try {
    report = JSON.parse(stdout.toString()) as Report
  } catch {
    throw new Error(`dependency-cruiser gave no report: ${stderr.toString()}`)
  }
  return {
    modules: report.modules.map(({ source }) => source),
    violations: report.summary.violations.map(({ rule, from, to }) => ({
      rule: rule.name,
      from,
      to,
    })),
  }
}

interface Rule {
  name: string
  to: { pathNot?: string | string[] }
}

function rules(): Rule[] {
  return (createRequire(import.meta.url)(CONFIG) as { forbidden: Rule[] }).forbidden
}

export function ruleNames(): string[] {
  return rules().map(({ name }) => name)
}

/** Whether the rule of `layer` lets it import files of `other`. */
export function mayImport(layer: string, other: string): boolean {
  const rule = rules().find(({ name }) => name === `${layer}-keeps-to-its-imports`)
  if (rule === undefined) throw new Error(`there is no rule for ${layer}`)
  return [rule.to.pathNot ?? []].flat().some((path) => new RegExp(path).test(`src/${other}/x.ts`))
}
