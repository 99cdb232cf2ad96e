/** Python in an environment of its own, with packages from its registry. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Python {
  /** What the program printed; throws with its errors if it fails. */
  run(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<string>
  remove(): void
}

/** Most of it is spent on downloads. */
export const INSTALL_LIMIT_MS = 300_000
/** Of thousands of small files. */
export const REMOVE_LIMIT_MS = 60_000

/** `packages` with their versions: `openai==3.57.0`. */
export async function installPython(packages: readonly string[]): Promise<Python> {
  const folder = mkdtempSync(join(tmpdir(), 'gpt-proxy-python-'))
  const python = join(folder, 'bin/python')
  const { PATH = '', HOME = folder } = process.env
  const output = async (command: readonly string[], env: Readonly<Record<string, string>> = {}) => {
    const child = Bun.spawn([...command], {
      env: { PATH, HOME, ...env },
      stdin: 'ignore',
      stdout: 'pipe',
      stderr: 'pipe',
    })
    const [stdout, stderr] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
    ])
    if ((await child.exited) !== 0) throw new Error(`${command.join(' ')}: ${stderr}`)
    return stdout
  }
  await output(['python3', '-m', 'venv', folder])
  await output([python, '-m', 'pip', 'install', '--quiet', ...packages])
  return {
    run: (args, env) => output([python, '-W', 'ignore', ...args], env),
    remove: () => rmSync(folder, { recursive: true }),
  }
}
