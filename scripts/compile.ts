/** Compiles one executable that holds the runtime and everything the gateway imports. */
import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'

const ENTRY = join(import.meta.dir, '../src/main.ts')

/** Throws with what the compiler says. */
export async function compile(outfile: string): Promise<void> {
  mkdirSync(dirname(outfile), { recursive: true })
  const built = await Bun.build({
    entrypoints: [ENTRY],
    compile: { outfile },
    minify: true,
    bytecode: true,
    format: 'esm',
    target: 'bun',
    throw: false,
  })
  if (!built.success) throw new Error(built.logs.map(String).join('\n'))
}
