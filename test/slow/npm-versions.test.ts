/** `npm ci` brings the runtime with the npm before and after the one that asks which scripts may run. */
import { expect, test } from 'bun:test'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { version } from '../../node_modules/bun/package.json'

const ROOT = join(import.meta.dir, '../..')
/** What `npm ci` reads: the lock file, and the script that builds the console. */
const INSTALLED_FROM = ['package.json', 'package-lock.json', 'web/package.json', 'web/scripts']
/** Most of it is spent on downloads. */
const LIMIT_MS = 5 * 60_000

test.each(['10', '12'])(
  'npm %s',
  async (major) => {
    const folder = mkdtempSync(join(tmpdir(), 'gpt-proxy-npm-'))
    try {
      for (const name of INSTALLED_FROM)
        cpSync(join(ROOT, name), join(folder, name), { recursive: true })
      const run = async (...command: string[]) => {
        const child = Bun.spawn(command, { cwd: folder, stdout: 'pipe', stderr: 'pipe' })
        const [said, complained] = await Promise.all([
          new Response(child.stdout).text(),
          new Response(child.stderr).text(),
        ])
        return { exitCode: await child.exited, said, complained }
      }
      const options = ['--omit=dev', '--no-audit', '--no-fund']
      const { exitCode, complained } = await run(
        ...['npm', 'exec', '--yes', `npm@${major}`, '--', 'ci', ...options],
      )
      expect({ exitCode, complained }).toEqual({ exitCode: 0, complained: expect.any(String) })
      const bun = await run(join(folder, 'node_modules/.bin/bun'), '--version')
      expect(bun.said.trim()).toBe(version)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
  LIMIT_MS,
)
