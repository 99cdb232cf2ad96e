/** Stub. */
export function DoctorPage() {
  return null
}
