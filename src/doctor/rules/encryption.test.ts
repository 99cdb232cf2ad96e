/** ENC-1: which of the stored secrets the encryption key opens. */
import { expect, test } from 'bun:test'
import type { EncryptionEvidence, SealedSeen } from '../evidence.ts'
import { judgeEncryption } from './encryption.ts'

const upstream: SealedSeen = {
  kind: 'upstream key',
  name: 'main',
  sealedWith: 'new',
  opensWith: 'active',
}
const factor: SealedSeen = { ...upstream, kind: 'second factor', name: 'anna' }

function judged(...rows: SealedSeen[]) {
  const evidence: EncryptionEvidence = {
    postgres: false,
    source: 'file',
    file: '/data/encryption.key',
    problem: null,
    fileOpenToOthers: false,
    keyId: 'new',
    fileKeyId: 'new',
    rows,
  }
  return judgeEncryption(evidence).map(({ code, figures }) => ({ code, ...figures }))
}

test('a second factor that no key opens is a failure that names its user', () => {
  const lost = { ...factor, sealedWith: 'old', opensWith: 'none' } as const
  expect(judged(upstream, lost)).toMatchObject([
    { code: 'enc.totp', user: 'anna', names: 'anna (TOTP)', sealedWith: 'old' },
  ])
})

test('a second factor that only an old key opens asks for a rotation', () => {
  expect(judged(upstream, { ...factor, opensWith: 'old' })).toMatchObject([
    { code: 'enc.old', rows: 1, names: 'anna (TOTP)' },
    { code: 'enc.ok', rows: 2 },
  ])
})
