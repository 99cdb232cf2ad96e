/** Where a command was typed, which is what a file named in it is relative to. */
import { join } from 'node:path'

const PACKAGE = join(import.meta.dir, '../../..')

/** npm and bin/gpt-proxy go into the package's folder first, and leave word in INIT_CWD where they came from. */
export function callersFolder(initial: string | undefined): string {
  const here = process.cwd()
  return here === PACKAGE ? (initial ?? here) : here
}
