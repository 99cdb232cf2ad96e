/** ENC-1: is ENCRYPTION_KEY a valid key, and does it decrypt the stored rows? */
import type { EncryptionEvidence, SealedSeen } from '../evidence.ts'
import { type Finding, failing, ok, warning } from '../finding.ts'
import type { TextKey } from '../texts/texts.ts'

/** By the error of the key parser; the first match applies. */
const NEAR_MISSES: readonly (readonly [said: RegExp, code: TextKey])[] = [
  [/quotes/, 'enc.quotes'],
  [/line break/, 'enc.newline'],
  [/space/, 'enc.space'],
  [/begins with 0x/, 'enc.prefix'],
  [/base64 of the hex/, 'enc.base64'],
]

export function judgeEncryption(evidence: EncryptionEvidence): Finding[] {
  const { problem, source, file, postgres, keyId, rows } = evidence
  if (problem !== null) {
    if (source === 'file') return [failing('enc.file', { file, detail: problem })]
    const [, code] = NEAR_MISSES.find(([said]) => said.test(problem)) ?? []
    return [failing(code ?? 'enc.format', { detail: problem })]
  }
  if (source === 'none') return [postgres ? failing('enc.missing') : withoutFile(evidence)]
  const findings: Finding[] = []
  if (evidence.fileOpenToOthers) findings.push(warning('enc.mode', { file }))
  findings.push(...rowFindings(evidence))
  if (findings.some(({ verdict }) => verdict === 'failure')) return findings
  return [...findings, ok('enc.ok', { source, keyId, rows: rows.length })]
}

/** A new key file is created only if it does not replace a lost one. */
function withoutFile({ file, rows }: EncryptionEvidence): Finding {
  const sealed = rows.filter(({ opensWith }) => opensWith === 'none')
  if (sealed.length === 0) return ok('enc.new', { file })
  return failing('enc.gone', { file, rows: sealed.length, names: namesOf(sealed) })
}

function rowFindings({ rows, keyId, source, file, fileKeyId }: EncryptionEvidence): Finding[] {
  const findings: Finding[] = []
  const by = (want: (row: SealedSeen) => boolean) => rows.filter(want)
  const named = (some: readonly SealedSeen[]) => ({
    rows: some.length,
    names: namesOf(some),
    keyId,
    source,
    file,
    fileKeyId,
  })
  const inFile = by(({ opensWith }) => opensWith === 'file')
  if (inFile.length > 0) findings.push(failing('enc.file-opens', named(inFile)))
  const old = by(({ opensWith }) => opensWith === 'old')
  if (old.length > 0) findings.push(warning('enc.old', named(old)))
  for (const row of by(({ opensWith }) => opensWith === 'none')) {
    const { name: upstream, sealedWith } = row
    const code = sealedWith === keyId ? 'enc.changed' : 'enc.lost'
    if (row.kind === 'second factor')
      findings.push(failing('enc.totp', { ...named([row]), sealedWith, user: row.name }))
    else if (row.kind === 'data key')
      findings.push(failing('enc.data', { ...named([row]), sealedWith }))
    else findings.push(failing(code, { ...named([row]), upstream, sealedWith }))
  }
  return findings
}

function namesOf(rows: readonly SealedSeen[]): string {
  return rows
    .map(({ kind, name }) => (kind === 'second factor' ? `${name} (TOTP)` : name))
    .join(', ')
}
