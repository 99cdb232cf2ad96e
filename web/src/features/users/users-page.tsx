/** Stub. */
export function UsersPage() {
  return null
}
