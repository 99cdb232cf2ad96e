/** `npm run build`: one executable that needs nothing else; says its size and how long it takes to be ready. */
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const OUTPUT = 'dist/gpt-proxy'
const STARTS = 7

mkdirSync('dist', { recursive: true })
const built = await Bun.build({
  entrypoints: ['src/main.ts'],
  compile: { outfile: OUTPUT },
  minify: true,
  bytecode: true,
  format: 'esm',
  target: 'bun',
})
if (!built.success) {
  for (const line of built.logs) console.error(line)
  process.exit(1)
}

/** From spawning it, in an empty folder, to its line that it listens. */
async function readyMs(): Promise<number> {
  const dataDir = mkdtempSync(join(tmpdir(), 'gpt-proxy-build-'))
  const startedMs = performance.now()
  const child = Bun.spawn([join(process.cwd(), OUTPUT), 'serve'], {
    cwd: dataDir,
    env: { DATA_DIR: dataDir, PORT: '0' },
    stdout: 'ignore',
    stderr: 'pipe',
  })
  let text = ''
  for await (const part of child.stderr) {
    text += new TextDecoder().decode(part)
    if (text.includes('"listening"')) break
  }
  const tookMs = performance.now() - startedMs
  child.kill('SIGTERM')
  await child.exited
  rmSync(dataDir, { recursive: true, force: true })
  if (!text.includes('"listening"')) throw new Error(`the executable did not start: ${text}`)
  return tookMs
}

const times: number[] = []
for (let start = 0; start < STARTS; start++) times.push(await readyMs())
const median = times.sort((one, other) => one - other)[Math.floor(STARTS / 2)] ?? 0
console.log(
  `${OUTPUT}: ${(statSync(OUTPUT).size / 1024 / 1024).toFixed(1)} MiB, ready in ${median.toFixed(0)} ms (median of ${STARTS} first starts)`,
)
