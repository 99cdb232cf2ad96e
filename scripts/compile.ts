/** Compiles one executable that holds the runtime and everything the gateway imports. */
import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'

const SOURCE = join(import.meta.dir, '../src')
const ENTRY = join(SOURCE, 'main.ts')
const THREAD = join(SOURCE, 'adapters/tokenizer/counting-thread.ts')

/** Throws with what the compiler says. */
export async function compile(outfile: string): Promise<void> {
  mkdirSync(dirname(outfile), { recursive: true })
  const built = await Bun.build({
    entrypoints: [ENTRY, THREAD],
    // Flat, for all code that starts the thread lies in one place then, too.
    naming: { entry: '[name].[ext]' },
    compile: { outfile },
    minify: true,
    bytecode: true,
    format: 'esm',
    target: 'bun',
    throw: false,
  })
  if (!built.success) throw new Error(built.logs.map(String).join('\n'))
}
