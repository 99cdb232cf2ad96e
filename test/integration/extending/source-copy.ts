/** A copy of the source in which a test makes the change that a maintainer would make. */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const ROOT = resolve(import.meta.dir, '../../..')

export interface SourceCopy {
  folder: string
  /** Replaces text that the file must contain. */
  replace(file: string, text: string, by: string): void
  write(file: string, text: string): void
  /** The files that do not compile, sorted. */
  filesWithErrors(): Promise<string[]>
  /** Runs a script of the copy; returns what it writes, parsed as JSON. */
  run(file: string): Promise<unknown>
  [Symbol.dispose](): void
}

/** Without tests, which state what the source does today. */
export function copySource(): SourceCopy {
  const folder = mkdtempSync(join(tmpdir(), 'gpt-proxy-source-'))
  cpSync(join(ROOT, 'src'), join(folder, 'src'), {
    recursive: true,
    filter: (path) => !path.endsWith('.test.ts'),
  })
  cpSync(join(ROOT, 'package.json'), join(folder, 'package.json'))
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  symlinkSync(join(ROOT, 'test'), join(folder, 'test'))
  const { compilerOptions } = JSON.parse(readFileSync(join(ROOT, 'tsconfig.json'), 'utf8'))
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, include: ['src'] }),
  )
  const at = (file: string) => join(folder, file)
  return {
    folder,
    replace(file, text, by) {
      const before = readFileSync(at(file), 'utf8')
      if (!before.includes(text)) throw new Error(`${file} does not contain: ${text}`)
      writeFileSync(at(file), before.replace(text, by))
    },
    write: (file, text) => writeFileSync(at(file), text),
    async filesWithErrors() {
      const { output } = await inFolder(folder, [
        'test/node_modules/.bin/tsc',
        '--noEmit',
        '--pretty',
        'false',
      ])
      const files = [...output.matchAll(/^(src\/[^(]+)\(/gm)].map(([, file = '']) => file)
      return [...new Set(files)].sort()
    },
    async run(file) {
      const { output, exitCode } = await inFolder(folder, [process.execPath, file])
      if (exitCode !== 0) throw new Error(output)
      return JSON.parse(output)
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  }
}

async function inFolder(
  folder: string,
  command: string[],
): Promise<{ output: string; exitCode: number }> {
  const child = Bun.spawn(command, { cwd: folder, stdout: 'pipe', stderr: 'pipe' })
  const [output, errors, exitCode] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  return { output: output + errors, exitCode }
}
