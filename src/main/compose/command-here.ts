/** How the program is called where this process was started: what a remedy must say to be pasted. */
import { realpathSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { Environment } from '../../config/environment.ts'
import { PROGRAM } from '../../core/text/command-here.ts'
import { shellWord } from '../../doctor/shell-word.ts'
import { callersFolder } from '../commands/callers-folder.ts'

const PACKAGE = join(import.meta.dir, '../../..')
/** npm puts these in front of the PATH of what it runs; they are not on that of the shell. */
const OF_NPM = /[/\\](node_modules[/\\]\.bin|node-gyp-bin)$/

/** Words of a shell. `typedIn` and `packageFolder` are absolute. */
export function commandHere(
  environment: Environment,
  typedIn = callersFolder(environment.INIT_CWD),
  packageFolder = PACKAGE,
): string {
  // The executable holds its sources in a file system of its own.
  if (packageFolder.startsWith('/$bunfs') || import.meta.dir.startsWith('/$bunfs')) return PROGRAM
  const own = join(packageFolder, 'bin', PROGRAM)
  if (isOnPath(environment.PATH ?? '', own)) return PROGRAM
  const isWithin = `${typedIn}/`.startsWith(`${packageFolder}/`)
  const isDependency = packageFolder.includes('/node_modules/')
  return isWithin || isDependency ? `npx ${PROGRAM}` : shellWord(own)
}

function isOnPath(path: string, own: string): boolean {
  const folders = path.split(delimiter).filter((folder) => !OF_NPM.test(folder))
  const found = Bun.which(PROGRAM, { PATH: folders.join(delimiter) })
  return found !== null && realpathSync(found) === realpathSync(own)
}
