/** Compiles one executable that holds the runtime and everything the gateway imports. */
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import type { BunPlugin } from 'bun'
import { ENTRIES } from './bundle.ts'

const CONSOLE = join(import.meta.dir, '../web/dist')

/** The console goes into the executable as it was built, byte for byte. */
const withConsole: BunPlugin = {
  name: 'console',
  setup(build) {
    build.onLoad({ filter: /[/\\]console-bundle\.ts$/ }, () => ({
      contents: `export const CONSOLE_BUNDLE = ${JSON.stringify(consoleFiles())}`,
      loader: 'ts',
    }))
  },
}

/** As base64, by their paths under `web/dist`; none if it was not built. */
function consoleFiles(): Record<string, string> {
  if (!existsSync(CONSOLE)) return {}
  const files = readdirSync(CONSOLE, { recursive: true, withFileTypes: true })
  return Object.fromEntries(
    files
      .filter((file) => file.isFile())
      .map((file) => {
        const path = join(file.parentPath, file.name)
        return [relative(CONSOLE, path), readFileSync(path).toString('base64')]
      }),
  )
}

/** Throws with what the compiler says. */
export async function compile(outfile: string): Promise<void> {
  mkdirSync(dirname(outfile), { recursive: true })
  const built = await Bun.build({
    entrypoints: ENTRIES,
    // Flat, for all code that starts the thread is in one place then, too.
    naming: { entry: '[name].[ext]' },
    compile: { outfile },
    plugins: [withConsole],
    minify: true,
    bytecode: true,
    format: 'esm',
    target: 'bun',
    throw: false,
  })
  if (!built.success) throw new Error(built.logs.map(String).join('\n'))
}
