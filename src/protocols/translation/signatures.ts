/**
 * Signatures of thoughts and calls return to their maker byte for byte. A client of another vendor's protocol
 * carries them in its own slot, wrapped: `gp1.<vendor>.<account>.<payload>`. Neither vendor nor account holds a
 * bare dot there; the payload is the rest, untouched.
 */
import type { Signature } from '../neutral/neutral.ts'

const MARK = 'gp1.'

export function wrapSignature({ vendor, account, payload }: Signature): string {
  return `${MARK}${escaped(vendor)}.${escaped(account ?? '')}.${payload}`
}

/** What a client's slot holds: wrapped by us, or raw from the vendor whose slot it is. */
export function readSignature(slot: string, slotVendor: string): Signature {
  return unwrapped(slot) ?? { vendor: slotVendor, account: null, payload: slot }
}

/** What to put into the slot of `slotVendor`'s protocol. */
export function signatureText(signature: Signature, slotVendor: string): string {
  return signature.vendor === slotVendor ? signature.payload : wrapSignature(signature)
}

/** Makers whose signatures another account of theirs refuses (OpenAI: `invalid_encrypted_content`). */
const BOUND_TO_ACCOUNT = ['openai']

/** Whether `target` can use the signature. */
export function returnsTo(
  signature: Signature | undefined,
  target: { vendor: string; account: string },
): signature is Signature {
  if (signature === undefined || signature.vendor !== target.vendor) return false
  if (signature.account === null || !BOUND_TO_ACCOUNT.includes(signature.vendor)) return true
  return signature.account === target.account
}

/** Whether a body may hold a wrapped signature, which no vendor must be sent. */
export function mayHoldWrapped(body: string): boolean {
  return body.includes(`"${MARK}`)
}

function unwrapped(slot: string): Signature | null {
  if (!slot.startsWith(MARK)) return null
  const vendorEnd = slot.indexOf('.', MARK.length)
  const accountEnd = vendorEnd < 0 ? -1 : slot.indexOf('.', vendorEnd + 1)
  if (accountEnd < 0) return null
  const vendor = unescaped(slot.slice(MARK.length, vendorEnd))
  const account = unescaped(slot.slice(vendorEnd + 1, accountEnd))
  if (vendor === null || account === null) return null
  return { vendor, account: account === '' ? null : account, payload: slot.slice(accountEnd + 1) }
}

function escaped(name: string): string {
  return encodeURIComponent(name).replaceAll('.', '%2E')
}

function unescaped(name: string): string | null {
  try {
    return decodeURIComponent(name)
  } catch {
    return null
  }
}
