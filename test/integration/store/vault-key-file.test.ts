/** The encryption key as people write it, and the key file of the embedded mode. */
import { afterEach, beforeEach, expect, test } from 'bun:test'
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { loadOrCreateKeyFile, parseEncryptionKey } from '../../../src/adapters/vault/key-file.ts'
import { OperatorError } from '../../../src/core/operator-error.ts'
import { race } from './sqlite-race.ts'

let folder: string
let path: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gpt-proxy-key-'))
  path = join(folder, 'encryption.key')
})
afterEach(() => rmSync(folder, { recursive: true }))

const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 }).filter((key) => new Set(key).size > 1)

test('32 bytes are read from hex in either case and from base64 in either alphabet, padded or not', () => {
  fc.assert(
    fc.property(bytes, (key) => {
      const buffer = Buffer.from(key)
      const hex = buffer.toString('hex')
      const base64 = buffer.toString('base64')
      const unpadded = buffer.toString('base64url')
      for (const text of [
        hex,
        hex.toUpperCase(),
        base64,
        base64.slice(0, -1),
        unpadded,
        `${unpadded}=`,
      ]) {
        expect(parseEncryptionKey(text)).toEqual({ ok: true, key })
      }
    }),
  )
})

const hex = randomBytes(32).toString('hex')
test.each([
  ['', 'it is empty'],
  [`"${hex}"`, 'it is in quotes'],
  [`'${hex}'`, 'it is in quotes'],
  [`${hex}\n`, 'it holds a line break'],
  [` ${hex}`, 'it holds a space'],
  [`0x${hex}`, 'it begins with 0x'],
  [hex.slice(1), 'it has 63 hex digits instead of 64'],
  [hex.slice(32), 'it has 32 hex digits instead of 64'],
  [Buffer.from(hex).toString('base64'), 'it is base64 of the hex digits'],
  [Buffer.from(`${hex}\n`).toString('base64'), 'it is base64 of the hex digits'],
  [Buffer.from('x'.repeat(31)).toString('base64'), 'it is base64 of 31 bytes instead of 32'],
  ['pass phrase!'.replace(' ', '-'), 'it is neither hex nor base64'],
  ['00'.repeat(32), 'all its bytes are the same'],
])('the near miss %j is named', (text, reason) => {
  const parsed = parseEncryptionKey(text)
  if (parsed.ok) throw new Error('it was taken')
  expect(parsed.reason).toStartWith(reason)
  expect(parsed.reason).toContain('openssl rand -hex 32')
  if (text.length > 20) expect(parsed.reason).not.toContain(text.slice(4, 20))
})

test('a key file is made once, private, and read again as the same key', () => {
  const keys = loadOrCreateKeyFile(path)
  const [key] = keys
  expect(key).toHaveLength(32)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(readFileSync(path, 'utf8')).toBe(`${Buffer.from(key).toString('hex')}\n`)
  expect(loadOrCreateKeyFile(path)).toEqual(keys)
  expect(readdirSync(folder)).toEqual(['encryption.key'])
})

test('processes that make the file at the same time end with the same key', async () => {
  const module = join(import.meta.dir, '../../../src/adapters/vault/key-file.ts')
  for (let round = 0; round < 5; round++) {
    path = join(folder, `round-${round}.key`)
    const keys = await race(
      4,
      `const { loadOrCreateKeyFile } = await import(${JSON.stringify(module)})`,
      `process.stdout.write(Buffer.from(loadOrCreateKeyFile(${JSON.stringify(path)})[0]).toString('hex'))`,
    )
    expect(keys[0]).toHaveLength(64)
    expect(new Set(keys).size).toBe(1)
    expect(readdirSync(folder)).toHaveLength(round + 1)
  }
}, 60_000)

test('a file that others can read is used with a warning that contains the fix', () => {
  const warnings: string[] = []
  loadOrCreateKeyFile(path, (message) => warnings.push(message))
  expect(warnings).toEqual([])
  chmodSync(path, 0o640)
  loadOrCreateKeyFile(path, (message) => warnings.push(message))
  expect(warnings).toEqual([
    `encryption key file ${path} can be read by others; run: chmod 600 ${path}`,
  ])
})

test('a malformed file is refused by name and never replaced', () => {
  writeFileSync(path, 'not a key\n', { mode: 0o600 })
  expect(() => loadOrCreateKeyFile(path)).toThrow(OperatorError)
  expect(() => loadOrCreateKeyFile(path)).toThrow(`encryption key file ${path} is malformed`)
  expect(readFileSync(path, 'utf8')).toBe('not a key\n')
})

test('a folder that is not there is refused by name', () => {
  const missing = join(folder, 'gone', 'encryption.key')
  expect(() => loadOrCreateKeyFile(missing)).toThrow(
    `encryption key file ${missing} can't be written`,
  )
})
