/** Marks what comes from a file or the environment, and so can't be changed here. */
import { useLingui } from '@lingui/react/macro'
import type { Schemas } from '@/api/client.ts'
import { LockIcon } from './icons.ts'

type ManagedBy = Schemas['User']['managed_by']

export function Managed({ by }: { by: ManagedBy }) {
  const { t } = useLingui()
  if (by === 'console') return null
  const text = by === 'file' ? t`from a file` : t`from the environment`
  return (
    <span className="inline-flex items-center gap-1 text-xs whitespace-nowrap text-faint">
      <LockIcon className="size-3" /> {text}
    </span>
  )
}
