/** The embedded mode's key file: created once, readable by its owner only. */
import { randomBytes } from 'node:crypto'
import { linkSync, readFileSync, renameSync, statSync, unlinkSync, writeFileSync } from 'node:fs'
import { OperatorError } from '../../core/operator-error.ts'
import { shellWord } from '../../doctor/shell-word.ts'
import { parseEncryptionKey } from './encryption-key.ts'

export { parseEncryptionKey }

/** The keys of a key file, one per line: the first one seals, all of them open. Never empty. */
export type FileKeys = readonly [active: Uint8Array, ...others: Uint8Array[]]

/** `warn` is called if others can read the file. */
export function loadOrCreateKeyFile(path: string, warn?: (message: string) => void): FileKeys {
  const text = read(path) ?? create(path)
  const parsed = parseKeyFile(text)
  if (!parsed.ok) {
    throw new OperatorError(
      'store',
      `encryption key file ${path} is malformed: ${parsed.reason}`,
      'restore it from a backup; without it the stored upstream keys must be entered again',
    )
  }
  if ((statSync(path).mode & 0o077) !== 0) {
    warn?.(`encryption key file ${path} can be read by others; run: chmod 600 ${shellWord(path)}`)
  }
  return parsed.keys
}

export function parseKeyFile(
  text: string,
): { ok: true; keys: FileKeys } | { ok: false; reason: string } {
  const keys: Uint8Array[] = []
  for (const line of text.trim().split(/\s*\n\s*/)) {
    const parsed = parseEncryptionKey(line)
    if (!parsed.ok) return parsed
    keys.push(parsed.key)
  }
  const [active, ...others] = keys
  return active === undefined
    ? { ok: false, reason: 'it is empty' }
    : { ok: true, keys: [active, ...others] }
}

/** Atomic, so that a reader never sees half a file. */
export function replaceKeyFile(path: string, keys: readonly Uint8Array[]): void {
  const aside = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`
  writeFileSync(aside, keys.map((key) => `${Buffer.from(key).toString('hex')}\n`).join(''), {
    mode: 0o600,
    flag: 'wx',
    flush: true,
  })
  renameSync(aside, path)
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    throw new OperatorError(
      'store',
      `encryption key file ${path} can't be read`,
      `make it readable for this user`,
      {
        cause: error,
      },
    )
  }
}

/** Written to a temporary file and linked, so that a reader never sees half a key, and only one of two creators wins. */
function create(path: string): string {
  const aside = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`
  try {
    writeFileSync(aside, `${randomBytes(32).toString('hex')}\n`, {
      mode: 0o600,
      flag: 'wx',
      flush: true,
    })
    try {
      linkSync(aside, path)
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error
    } finally {
      unlinkSync(aside)
    }
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new OperatorError(
      'store',
      `encryption key file ${path} can't be written`,
      'make its folder writable for this user',
      {
        cause: error,
      },
    )
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
