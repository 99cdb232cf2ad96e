/** `npm run build`: one executable that needs nothing else; says its size and how long it takes to be ready. */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compile } from './compile.ts'

const OUTPUT = 'dist/gpt-proxy'
const STARTS = 7
const START_LIMIT_MS = 20_000

await compile(OUTPUT)
const times: number[] = []
for (let start = 0; start < STARTS; start++) times.push(await firstStartMs())
const median = times.sort((one, other) => one - other)[Math.floor(STARTS / 2)] ?? 0
const sizeMib = statSync(OUTPUT).size / 1024 / 1024
console.log(
  `${OUTPUT}: ${sizeMib.toFixed(1)} MiB, listens after ${median.toFixed(0)} ms (median of ${STARTS} first starts)`,
)

/** From spawning it, in an empty folder, to its line that it listens. */
async function firstStartMs(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'gpt-proxy-build-'))
  const startedMs = performance.now()
  const child = Bun.spawn([join(process.cwd(), OUTPUT), 'serve'], {
    cwd: folder,
    env: { DATA_DIR: folder, PORT: '0' },
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: 'pipe',
  })
  const limit = setTimeout(() => child.kill('SIGKILL'), START_LIMIT_MS)
  try {
    let text = ''
    for await (const part of child.stderr.pipeThrough(new TextDecoderStream())) {
      text += part
      if (text.includes('"listening"')) return performance.now() - startedMs
    }
    throw new Error(`the executable did not start: ${text}`)
  } finally {
    clearTimeout(limit)
    child.kill('SIGTERM')
    await child.exited
    rmSync(folder, { recursive: true, force: true })
  }
}
