/**
 * The slot `thoughtSignature`. It is of type bytes, so clients decode and encode its base64, in either alphabet:
 * what another vendor signed goes through as base64 of the wrapped signature.
 */
import type { Signature } from '../neutral/neutral.ts'
import { readSignature, wrapSignature } from '../translation/signatures.ts'

export const VENDOR = 'google'

export function toSlot(signature: Signature): string {
  if (signature.vendor === VENDOR) return signature.payload
  return Buffer.from(wrapSignature(signature)).toString('base64')
}

export function fromSlot(slot: string): Signature {
  const text = Buffer.from(slot, 'base64').toString()
  return readSignature(text.startsWith('gp1.') ? text : slot, VENDOR)
}
