/** Modules that are loaded on use, in a process without file descriptors. */
import { expect, test } from 'bun:test'

const PROGRAM = `
  import { closeSync, openSync } from 'node:fs'
  import { loadWithFiles } from './load-with-files.ts'
  const files = []
  try { for (;;) files.push(openSync('/dev/null', 'r')) } catch {}
  const load = () => loadWithFiles(() => import('@pydantic/genai-prices'))
  const first = await load().then(() => 'loaded', (error) => error.code)
  for (const file of files) closeSync(file)
  const second = await load().then(() => 'loaded', (error) => error.code)
  process.stdout.write(first + ' ' + second)
`

test('a module that could not be loaded for want of files is loaded once there are some', () => {
  const { stdout, stderr } = Bun.spawnSync(
    ['bash', '-c', 'ulimit -n 128 && exec "$0" -e "$1"', process.execPath, PROGRAM],
    { cwd: import.meta.dir },
  )
  expect(`${stdout}${stderr}`).toBe('EMFILE loaded')
})
