/** For ENC-1: the key as configured, and which key decrypts which row. */

import { existsSync, readFileSync, statSync } from 'node:fs'
import { createVault, keyId } from '../../adapters/vault/aes-vault.ts'
import { parseEncryptionKey, parseKeyFile } from '../../adapters/vault/key-file.ts'
import type { EncryptionEvidence, SealedSeen } from '../../doctor/evidence.ts'
import type { SealedSecret } from '../../upstreams/vault.ts'
import { keyPath } from '../commands/store-files.ts'
import type { DoctorSurroundings } from './surroundings.ts'

/** `text` is ENCRYPTION_KEY as it is in the environment or its file. */
export async function probeEncryption(
  { config, opened }: DoctorSurroundings,
  text: string | null,
): Promise<EncryptionEvidence> {
  const file = keyPath(config)
  const inFile = keyIn(file)
  const own = text === null ? inFile : keyInVariable(text)
  const [active = null, ...others] = own?.ok ? own.keys : []
  const source = text !== null ? 'variable' : inFile !== null ? 'file' : 'none'
  const secrets = opened === null ? [] : await opened.store.listSealedSecrets()
  const fileKey = inFile?.ok ? inFile.keys[0] : null
  const old = [...others, ...config.encryptionKeysOld]
  return {
    postgres: config.database !== null,
    source,
    file,
    problem: own?.ok === false ? own.reason : null,
    fileOpenToOthers: source === 'file' && existsSync(file) && (statSync(file).mode & 0o077) !== 0,
    keyId: active === null ? '-' : keyId(active),
    fileKeyId: fileKey === null ? '-' : keyId(fileKey),
    rows: secrets.map((secret) => sealedSeen(secret, { active, old, fileKey })),
  }
}

/** As the server reads the variable: one key, without the blanks that a file may have. */
function keyInVariable(text: string): ReturnType<typeof parseKeyFile> {
  const parsed = parseEncryptionKey(text)
  return parsed.ok ? { ok: true, keys: [parsed.key] } : parsed
}

interface Keys {
  active: Uint8Array | null
  old: readonly Uint8Array[]
  fileKey: Uint8Array | null
}

const KINDS: Readonly<Record<SealedSecret['column']['table'], SealedSeen['kind']>> = {
  upstream_keys: 'upstream key',
  user_credentials: 'second factor',
  data_keys: 'data key',
}

function sealedSeen(
  { column, name, sealed, binding }: SealedSecret,
  { active, old, fileKey }: Keys,
): SealedSeen {
  const opens = (key: Uint8Array | null) =>
    key !== null && createVault({ active: key, old: [] }).open(sealed, binding).ok
  return {
    kind: KINDS[column.table],
    name,
    sealedWith: sealed.split('.')[1] || 'unknown',
    opensWith: opens(active)
      ? 'active'
      : old.some(opens)
        ? 'old'
        : opens(fileKey)
          ? 'file'
          : 'none',
  }
}

function keyIn(file: string): ReturnType<typeof parseKeyFile> | null {
  if (!existsSync(file)) return null
  try {
    return parseKeyFile(readFileSync(file, 'utf8'))
  } catch (error) {
    return { ok: false, reason: `it can't be read (${(error as { code?: string }).code})` }
  }
}
