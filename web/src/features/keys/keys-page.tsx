/** Stub. */
export function KeysPage() {
  return null
}
