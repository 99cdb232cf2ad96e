/** Stub. */
export function AuditPage() {
  return null
}
