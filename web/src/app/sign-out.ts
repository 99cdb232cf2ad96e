/** Signing out from the menu or the palette; a failure is said, because the session then goes on. */
import { errorText } from '@/api/error-text.ts'
import { signOut } from '@/api/session.ts'
import { showToast } from '@/ui/overlay/toast.tsx'

export function leave(): void {
  signOut().catch((error: unknown) => showToast(errorText(error), { tone: 'bad' }))
}
