/** Stub. */
export function UpstreamsPage() {
  return null
}
