/** Stub. */
export function UserPage() {
  return null
}
