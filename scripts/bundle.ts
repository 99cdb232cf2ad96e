/**
 * Builds what `npm start` runs: the program and its threads as one file each, with bytecode, in `dist/run`. The
 * sources are loaded in three to four times the CPU time. bin/gpt-proxy runs the sources if the bundle is older.
 */
import { readFileSync, renameSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { BunPlugin } from 'bun'

const ROOT = join(import.meta.dir, '..')
const SOURCE = join(ROOT, 'src')
const FOLDER = join(ROOT, 'dist/run')
const UNFINISHED = join(ROOT, 'dist/run.unfinished')
/** Each thread is an entry point of its own, here and in the executable. */
export const ENTRIES = [
  'main.ts',
  'adapters/tokenizer/counting-thread.ts',
  'main/console/report-thread.ts',
  'main/ledger/ledger-thread.ts',
  'main/threads/front-thread.ts',
].map((path) => join(SOURCE, path))

/** The package's folder when the bundle runs, as an expression. */
const PACKAGE = "Bun.main.slice(0, -'/dist/run/main.js'.length)"

/**
 * Bytecode needs CommonJS modules, for which the bundler writes the sources' absolute paths into the bundle. So that a
 * package can be moved, places are looked up when the bundle runs.
 */
const withPlaces: BunPlugin = {
  name: 'places',
  setup(build) {
    build.onLoad({ filter: /[/\\]src[/\\].*\.ts$/ }, ({ path }) => {
      const source = readFileSync(path, 'utf8')
      return { contents: placed(source, relative(ROOT, join(path, '..'))), loader: 'ts' }
    })
  },
}

function placed(source: string, folder: string): string {
  const text = source
    .replace(
      /new URL\('\.\/([\w-]+)\.ts', import\.meta\.url\)/g,
      (_, name) => `(${PACKAGE} + '/dist/run/${name}.js')`,
    )
    .replaceAll('import.meta.dir', `(${PACKAGE} + '/${folder}')`)
    // Only asks whether it is compiled into an executable.
    .replaceAll('import.meta.url', "'file:'")
  if (text.includes('import.meta.'))
    throw new Error(`${folder}: this use of import.meta is unknown to scripts/bundle.ts`)
  return text
}

/** Throws with what the bundler says. */
export async function bundle(): Promise<void> {
  rmSync(UNFINISHED, { recursive: true, force: true })
  const built = await Bun.build({
    entrypoints: ENTRIES,
    naming: { entry: '[name].[ext]' },
    outdir: UNFINISHED,
    plugins: [withPlaces],
    // Names stay, for the stacks of unexpected errors.
    minify: { whitespace: true, syntax: true },
    bytecode: true,
    format: 'cjs',
    target: 'bun',
    throw: false,
  })
  if (!built.success) throw new Error(built.logs.map(String).join('\n'))
  // Whole or not at all, even if the build is interrupted.
  rmSync(FOLDER, { recursive: true, force: true })
  renameSync(UNFINISHED, FOLDER)
}

if (import.meta.main) await bundle()
