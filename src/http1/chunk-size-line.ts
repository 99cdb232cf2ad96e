/** The line before a chunk, `1a3;extension CR LF` (RFC 9112, 7.1), read byte by byte. */
import { afterExtensionByte, type ExtensionState, mayEndExtension } from './chunk-extension.ts'
import { MalformedMessage } from './head-lines.ts'

const MAX_LENGTH = 256
/** A size with more hexadecimal digits is not legitimate. */
const MAX_DIGITS = 12
const CR = 13
const LF = 10
const SEMICOLON = 59
const SPACE = 32
const TAB = 9

export class ChunkSizeLine {
  /** The chunk's size, once the line has ended. */
  size = 0
  private readonly strict: boolean
  private length = 0
  private digits = 0
  private extension: ExtensionState | 'ignored' | null = null
  private afterCr = false

  /** `strict` accepts only the grammar. Otherwise anything may follow the size: some servers pad it with spaces. */
  constructor(strict: boolean) {
    this.strict = strict
  }

  start(): void {
    this.size = 0
    this.length = 0
    this.digits = 0
    this.extension = null
    this.afterCr = false
  }

  /** True at the end of the line. Throws MalformedMessage. */
  push(byte: number): boolean {
    if (++this.length > MAX_LENGTH) throw new MalformedMessage('a chunk has too long a size line')
    if (this.afterCr) {
      if (byte !== LF) throw malformed()
      return true
    }
    if (byte === CR) this.endLine()
    else if (byte === LF) throw malformed()
    else if (this.extension !== null) this.readExtension(byte)
    else if (byte === SEMICOLON || byte === SPACE || byte === TAB) this.beginExtension(byte)
    else this.readDigit(byte)
    return false
  }

  private endLine(): void {
    const { extension } = this
    const cut = extension !== null && extension !== 'ignored' && !mayEndExtension(extension)
    if (this.digits === 0 || cut) throw malformed()
    this.afterCr = true
  }

  private beginExtension(byte: number): void {
    if (this.digits === 0 || (this.strict && byte !== SEMICOLON)) throw malformed()
    this.extension = this.strict ? 'name start' : 'ignored'
  }

  private readExtension(byte: number): void {
    if (this.extension === null || this.extension === 'ignored') return
    this.extension = afterExtensionByte(this.extension, byte)
    if (this.extension === null) throw malformed()
  }

  private readDigit(byte: number): void {
    const digit = hexDigit(byte)
    if (digit < 0 || ++this.digits > MAX_DIGITS) throw malformed()
    this.size = this.size * 16 + digit
  }
}

function malformed(): MalformedMessage {
  return new MalformedMessage('a chunk has no proper size')
}

function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48
  const lower = byte | 32
  return lower >= 97 && lower <= 102 ? lower - 87 : -1
}
