/** Stub. */
export function UsagePage() {
  return null
}
