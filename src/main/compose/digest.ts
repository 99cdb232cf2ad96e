/** SHA-256 by the runtime's own hasher. */
export function sha256Hex(text: string): string {
  return Bun.SHA256.hash(text, 'hex')
}
