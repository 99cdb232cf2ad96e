/**
 * The doctor in a process of its own, for a gateway on SQLite: what it counts there, of millions of
 * records, would hold up every stream of the process that counts.
 */
import type { Environment } from '../../config/environment.ts'
import type { DoctorOptions } from '../../doctor/options.ts'
import type { Report } from '../../doctor/report.ts'
import { ownCommand } from '../serve/runtime.ts'

/** `url` is that of the gateway that starts the examination. */
export async function examineInSubprocess(
  environment: Environment,
  options: DoctorOptions,
  url: string,
): Promise<Report> {
  const child = Bun.spawn([...ownCommand(), 'doctor', '--json', ...optionsOf(options)], {
    env: { ...environment, PORT: new URL(url).port },
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [written, said] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ])
  const exitCode = await child.exited
  // Exit code 1 means that it found and reported a failure.
  if (exitCode > 1 || written === '')
    throw new Error(`the doctor ended with ${exitCode}: ${said.slice(0, 500)}`)
  return JSON.parse(written) as Report
}

/** Written with `=`, so that a value beginning with a dash doesn't look like an option. */
function optionsOf({ only, language, user, request, tokens, model }: DoctorOptions): string[] {
  const given = { user, request, model, only: only?.join(',') ?? null }
  const named = Object.entries(given).filter(([, value]) => value !== null)
  return [
    `--lang=${language}`,
    `--tokens=${tokens}`,
    ...named.map(([name, value]) => `--${name}=${value}`),
  ]
}
