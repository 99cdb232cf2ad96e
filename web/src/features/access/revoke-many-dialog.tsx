/** Revokes every key under the filter of the list: those and no others, counted before and after. */
import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { type Key, type KeyFilter, revokeKeys, usableKeys } from '@/api/keys.ts'
import { Button } from '@/ui/button.tsx'
import { Confirm } from '@/ui/overlay/confirm.tsx'
import { Dialog } from '@/ui/overlay/dialog.tsx'
import { showToast } from '@/ui/overlay/toast.tsx'
import { Loaded } from '@/ui/states.tsx'

const NAMED = 8

export function RevokeManyDialog({ filter, onClose }: { filter: KeyFilter; onClose: () => void }) {
  const { t } = useLingui()
  // What is counted and named here is what is revoked, also if the list changes meanwhile.
  const query = useQuery({
    queryKey: ['keys to revoke', filter],
    queryFn: () => usableKeys(filter),
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
  })
  if (query.data && query.data.length > 0) return <Ask keys={query.data} onClose={onClose} />
  return (
    <Dialog
      open
      size="small"
      onClose={onClose}
      title={t`Revoke these keys`}
      footer={<Button onClick={onClose}>{t`Close`}</Button>}
    >
      <Loaded query={query}>
        {() => (
          <p>
            <Trans>None of these keys can be used any more.</Trans>
          </p>
        )}
      </Loaded>
    </Dialog>
  )
}

function Ask({ keys, onClose }: { keys: readonly Key[]; onClose: () => void }) {
  const { t } = useLingui()
  const count = keys.length
  const more = count - NAMED
  const run = async () => {
    const failed = await revokeKeys(keys)
    const revoked = count - failed.length
    if (failed.length === 0) showToast(t`Revoked keys: ${revoked}`)
    else
      throw new Error(
        t`Revoked keys: ${revoked}. Not revoked: ${failed.map(({ name }) => name).join(', ')}. Try again.`,
      )
  }
  return (
    <Confirm
      title={<Plural value={count} one="Revoke # key?" other="Revoke # keys?" />}
      action={<Plural value={count} one="Revoke # key" other="Revoke # keys" />}
      run={run}
      onClose={onClose}
    >
      <div className="flex flex-col gap-3">
        <ul className="flex flex-col gap-0.5">
          {keys.slice(0, NAMED).map(({ id, name, username, prefix }) => (
            <li key={id} className="truncate">
              {name} <span className="text-faint">{username}</span>{' '}
              <span className="font-mono text-xs text-faint">{prefix}…</span>
            </li>
          ))}
          {more > 0 && (
            <li className="text-faint">
              <Plural value={more} one="and # more" other="and # more" />
            </li>
          )}
        </ul>
        <p>
          <Trans>Programs that use them are refused within a second, permanently.</Trans>
        </p>
      </div>
    </Confirm>
  )
}
