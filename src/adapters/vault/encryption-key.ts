/** Parses an encryption key: 64 hex digits or base64 of 32 bytes. */

export type ParsedKey = { ok: true; key: Uint8Array } | { ok: false; reason: string }

const KEY_BYTES = 32
const REMEDY = 'make one with: openssl rand -hex 32'

/** The reason describes the mistake and never contains the text. */
export function parseEncryptionKey(text: string): ParsedKey {
  if (text === '') return refused('it is empty')
  if (/^(["'`]).*\1\s*$/s.test(text)) return refused('it is in quotes; remove them')
  if (/[\r\n]/.test(text)) return refused('it holds a line break; leave it out')
  if (/\s/.test(text)) return refused('it holds a space; leave it out')
  if (/^0x/i.test(text)) return refused('it begins with 0x; give the hex digits alone')
  if (/^[0-9a-f]+$/i.test(text) && text.length !== 43) return fromHex(text)
  return fromBase64(text)
}

function fromHex(text: string): ParsedKey {
  if (text.length !== KEY_BYTES * 2) {
    return refused(`it has ${text.length} hex digits instead of ${KEY_BYTES * 2}`)
  }
  return checked(Buffer.from(text, 'hex'))
}

function fromBase64(text: string): ParsedKey {
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) return refused('it is neither hex nor base64')
  const bytes = Buffer.from(text, 'base64')
  if (/^[0-9a-f]{64}\s*$/i.test(bytes.toString('latin1'))) {
    return refused('it is base64 of the hex digits; give the hex digits themselves')
  }
  if (bytes.length !== KEY_BYTES) {
    return refused(`it is base64 of ${bytes.length} bytes instead of ${KEY_BYTES}`)
  }
  return checked(bytes)
}

function checked(bytes: Buffer): ParsedKey {
  if (bytes.every((byte) => byte === bytes[0])) return refused('all its bytes are the same')
  return { ok: true, key: new Uint8Array(bytes) }
}

function refused(what: string): ParsedKey {
  return {
    ok: false,
    reason: `${what} (needed: 64 hex digits or base64 of 32 bytes; ${REMEDY})`,
  }
}
