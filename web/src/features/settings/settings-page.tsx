/** Stub. */
export function SettingsPage() {
  return null
}
