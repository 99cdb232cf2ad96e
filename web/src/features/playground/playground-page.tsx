/** Stub. */
export function PlaygroundPage() {
  return null
}
