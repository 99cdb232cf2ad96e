/** If the reader of a command's output stops, the command ends silently, and the server continues. */
import { afterAll, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { environmentFor } from '../../../support/processes/gateway-process.ts'
import { waitFor } from '../../../support/waiting.ts'
import { cliFolder } from '../cli-folder.ts'

const MAIN = join(import.meta.dir, '../../../../src/main.ts')
/** The program begins when its reader has closed the pipe; its own exit code is that of the whole. */
const WITHOUT_READER = `set -o pipefail; cd "$DATA_DIR"; rm -f closed
{ until [ -e closed ]; do sleep 0.01; done; echo "$BASHPID" > pid; exec "$@"; } | { exec 0<&-; : > closed; }`

const folder = cliFolder()
afterAll(() => folder[Symbol.dispose]())
await folder.json(['init'])

function withoutReader(args: readonly string[]) {
  const child = Bun.spawn(['bash', '-c', WITHOUT_READER, 'bash', process.execPath, MAIN, ...args], {
    env: environmentFor(folder.dataDir),
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: 'pipe',
  })
  let said = ''
  const read = async () => {
    const decoder = new TextDecoder()
    for await (const part of child.stderr) said += decoder.decode(part, { stream: true })
  }
  const ended = Promise.all([child.exited, read()]).then(([code]) => code)
  return { ended, said: () => said }
}

test.each([[['--help']], [['user', 'list']], [['chat', 'demo/echo', 'Hello']]])(
  '%j',
  async (args) => {
    const { ended, said } = withoutReader(args)
    expect([await ended, said()]).toEqual([0, ''])
  },
)

test('a command that is stopped in this way leaves no key', () => {
  expect(folder.rows("SELECT id FROM api_keys WHERE name = 'chat command'")).toEqual([])
})

test('the server serves on', async () => {
  const { ended, said } = withoutReader(['serve'])
  const line = await waitFor('listening', () => /^.*"listening".*$/m.exec(said())?.[0], 10_000)
  const { url } = JSON.parse(line) as { url: string }
  expect((await fetch(`${url}/readyz`)).status).toBe(200)
  process.kill(Number(readFileSync(join(folder.dataDir, 'pid'), 'utf8')), 'SIGTERM')
  expect(await ended).toBe(0)
  expect(said()).not.toContain('EPIPE')
})

test('output that finds no room is an error', async () => {
  const full = Bun.spawn(
    ['bash', '-c', 'exec "$@" > /dev/full', 'bash', process.execPath, MAIN, 'user', 'list'],
    { env: environmentFor(folder.dataDir), stdin: 'ignore', stderr: 'pipe' },
  )
  const said = await new Response(full.stderr).text()
  expect(await full.exited).toBe(1)
  expect(said).toBe(
    "error: standard output can't be written to (ENOSPC). Make room, or name another file.\n",
  )
})
