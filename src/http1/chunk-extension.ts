/** The grammar of chunk extensions (RFC 9112, 7.1.1): `;name`, `;name=token`, `;name="quoted text"`. */

export type ExtensionState =
  | 'name start'
  | 'name'
  | 'value start'
  | 'value'
  | 'quoted'
  | 'escaped'
  | 'quoted end'

const TOKEN = new Set(Buffer.from("!#$%&'*+-.^_`|~"))
const SEMICOLON = 59
const EQUALS = 61
const QUOTE = 34
const BACKSLASH = 92
const TAB = 9
const DELETE = 127

/** Null if the byte is not allowed there. Extensions are ignored, but every reader must agree on where they end. */
export function afterExtensionByte(state: ExtensionState, byte: number): ExtensionState | null {
  switch (state) {
    case 'name start':
      return isToken(byte) ? 'name' : null
    case 'name':
      if (byte === EQUALS) return 'value start'
      return isToken(byte) ? 'name' : nextExtension(byte)
    case 'value start':
      if (byte === QUOTE) return 'quoted'
      return isToken(byte) ? 'value' : null
    case 'value':
      return isToken(byte) ? 'value' : nextExtension(byte)
    case 'quoted':
      if (byte === QUOTE) return 'quoted end'
      if (byte === BACKSLASH) return 'escaped'
      return isText(byte) ? 'quoted' : null
    case 'escaped':
      return isText(byte) ? 'quoted' : null
    case 'quoted end':
      return nextExtension(byte)
  }
}

export function mayEndExtension(state: ExtensionState): boolean {
  return state === 'name' || state === 'value' || state === 'quoted end'
}

function nextExtension(byte: number): ExtensionState | null {
  return byte === SEMICOLON ? 'name start' : null
}

function isToken(byte: number): boolean {
  const lower = byte | 32
  return (lower >= 97 && lower <= 122) || (byte >= 48 && byte <= 57) || TOKEN.has(byte)
}

function isText(byte: number): boolean {
  return byte === TAB || (byte >= 32 && byte < DELETE)
}
