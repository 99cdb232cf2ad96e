/** The roles in words. */
import { useLingui } from '@lingui/react/macro'
import type { Role } from '@/api/session.ts'

export function useRoleNames(): Record<Role, string> {
  const { t } = useLingui()
  return { admin: t`Admin`, viewer: t`Viewer`, user: t`User` }
}
