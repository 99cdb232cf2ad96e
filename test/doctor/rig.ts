/** Runs the doctor as an operator does, pastes what it prints into a shell, and looks for secrets in what it wrote. */
import { expect } from 'bun:test'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CheckId } from '../../src/core/check-ids.ts'
import type { CheckView, FindingView, Report } from '../../src/doctor/report.ts'
import { runCli } from '../support/processes/gateway-process.ts'

const MAIN = join(import.meta.dir, '../../src/main.ts')

const LINE_MS = 20_000

export interface Doctored {
  exitCode: number
  report: Report
  check: CheckView
  codes: string[]
  /** The finding with this code; throws if there is none. */
  found(code: string): FindingView
}

/** Both languages, the second as text; neither may hold one of `secrets`. */
export async function doctor(
  env: Record<string, string>,
  id: CheckId,
  { args = [], secrets = [] }: { args?: string[]; secrets?: string[] } = {},
): Promise<Doctored> {
  const json = await runCli(['doctor', '--json', '--only', id, ...args], env)
  for (const secret of secrets) expect(json.stdout + json.stderr).not.toContain(secret)
  if (json.stdout === '') throw new Error(`the doctor wrote nothing: ${json.stderr}`)
  const report = JSON.parse(json.stdout) as Report
  const [check] = report.checks
  if (check === undefined) throw new Error(`no ${id} in ${json.stdout}`)
  return {
    exitCode: json.exitCode,
    report,
    check,
    codes: check.findings.map(({ code }) => code),
    found(code) {
      const one = check.findings.find((finding) => finding.code === code)
      if (one === undefined) throw new Error(`no ${code} in ${JSON.stringify(check, null, 1)}`)
      return one
    },
  }
}

export interface Shell {
  folder: string
  /** Of the substitute programs. */
  programs: string
  /** Runs the lines as pasted, and returns the environment after them. */
  paste(lines: readonly string[], env: Record<string, string>): Promise<Record<string, string>>
  /** What was asked of programs that are not here. */
  calls(): string
  [Symbol.dispose](): void
}

/**
 * A shell in a folder of its own that has `gpt-proxy`. `docker compose exec SERVICE` runs its command
 * here, as there is no container engine; what else is asked of docker or certbot is written down.
 */
export function shell(programs: Record<string, string> = {}): Shell {
  const folder = mkdtempSync(join(tmpdir(), 'gpt-proxy-doctor-'))
  chmodSync(folder, 0o755)
  const programsFolder = join(folder, 'bin')
  mkdirSync(programsFolder)
  const log = join(folder, 'calls')
  const all = {
    'gpt-proxy': `exec '${process.execPath}' '${MAIN}' "$@"`,
    // What is pasted in a clone; this folder is not a clone, so npx would query the registry.
    npx: 'exec "$@"',
    docker: `echo "docker $*" >> '${log}'\nif [ "$2" = exec ]; then shift 3; exec "$@"; fi`,
    certbot: `echo "certbot $*" >> '${log}'`,
    ...programs,
  }
  for (const [name, script] of Object.entries(all)) {
    writeFileSync(join(programsFolder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  }
  return {
    folder,
    programs: programsFolder,
    async paste(lines, env) {
      const after = join(folder, 'environment')
      const text = ['set -e', ...lines, `env -0 > '${after}'`].join('\n')
      const child = Bun.spawn(['bash', '-c', text], {
        cwd: folder,
        env: { ...env, PATH: `${programsFolder}:${env.PATH ?? ''}` },
        stdin: 'ignore',
        stdout: 'pipe',
        stderr: 'pipe',
        // A line that waits for a person or for ever fails.
        timeout: LINE_MS,
      })
      const [output, errors, code] = await Promise.all([
        new Response(child.stdout).text(),
        new Response(child.stderr).text(),
        child.exited,
      ])
      if (code !== 0) throw new Error(`exit ${code} of:\n${text}\n${output}${errors}`)
      const pairs = readFileSync(after, 'utf8').split('\0').filter(Boolean)
      const changed = Object.fromEntries(
        pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
      )
      return { ...changed, PATH: env.PATH ?? '' }
    },
    calls: () => (existsSync(log) ? readFileSync(log, 'utf8') : ''),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  }
}
