/** Stub. */
export function KeyHolderPage() {
  return null
}
