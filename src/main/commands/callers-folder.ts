/** The folder in which a command was typed; file names in it are relative to that. */
import { join } from 'node:path'

const PACKAGE = join(import.meta.dir, '../../..')

/** npm and bin/gpt-proxy first change to the package's folder, and set INIT_CWD to the original one. */
export function callersFolder(initial: string | undefined): string {
  const here = process.cwd()
  return here === PACKAGE ? (initial ?? here) : here
}
