/** SHA-256 with the runtime's own hasher. */
export function sha256Hex(text: string): string {
  return Bun.SHA256.hash(text, 'hex')
}
