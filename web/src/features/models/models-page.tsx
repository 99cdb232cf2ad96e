/** Stub. */
export function ModelsPage() {
  return null
}
