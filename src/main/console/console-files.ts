/** The console's files: from its build folder, or from the executable. */
import { existsSync } from 'node:fs'
import { join, normalize } from 'node:path'
import type { ConsoleFiles } from '../../http/routes/console.ts'
import { CONSOLE_BUNDLE } from './console-bundle.ts'

const FOLDER = join(import.meta.dir, '../../../web/dist')

export const consoleFiles: ConsoleFiles = {
  async read(path) {
    // Prevents path traversal out of the folder.
    const inside = normalize(`/${path}`).slice(1)
    const bytes = CONSOLE_BUNDLE === null ? await onDisk(inside) : bundled(CONSOLE_BUNDLE, inside)
    return bytes === null ? null : { bytes, type: Bun.file(inside).type }
  },
}

async function onDisk(inside: string): Promise<Uint8Array<ArrayBuffer> | null> {
  const path = join(FOLDER, inside)
  return existsSync(path) ? Bun.file(path).bytes() : null
}

function bundled(
  files: Readonly<Record<string, string>>,
  inside: string,
): Uint8Array<ArrayBuffer> | null {
  const text = Object.hasOwn(files, inside) ? files[inside] : undefined
  return text === undefined ? null : new Uint8Array(Buffer.from(text, 'base64'))
}
