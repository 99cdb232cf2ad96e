/** Stub. */
export function RequestsPage() {
  return null
}
