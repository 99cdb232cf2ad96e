/** All keys, or one's own: which are in use, which may be retired. */
import { Trans, useLingui } from '@lingui/react/macro'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { useIdentity, useMay } from '@/api/session.ts'
import type { KeysSearch } from '@/lib/search-params.ts'
import { Button } from '@/ui/button.tsx'
import { Select } from '@/ui/field.tsx'
import { PlusIcon } from '@/ui/icons.ts'
import { Page } from '@/ui/page.tsx'
import { SearchBox } from '@/ui/search-box.tsx'
import { KeyList } from './key-list.tsx'
import { NewKeyDialog } from './new-key-dialog.tsx'
import { RevokeManyDialog } from './revoke-many-dialog.tsx'

const route = getRouteApi('/signed-in/keys')
const UNUSED_DAYS = 30
const SOON_DAYS = 14

export function KeysPage() {
  const { t } = useLingui()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const may = useMay()
  const { user_id, username } = useIdentity()
  const set = (next: KeysSearch) => void navigate({ search: next, replace: true })
  const create = may.createKeys && (
    <Button
      variant="primary"
      onClick={() => void navigate({ search: { ...search, create: true } })}
    >
      <PlusIcon /> <Trans>Create a key</Trans>
    </Button>
  )
  const kinds = useKinds()
  const [revoking, setRevoking] = useState(false)
  const kind = search.unused ? 'unused' : search.expires ? 'expires' : (search.state ?? 'all')
  return (
    <Page
      title={may.seeAll ? t`Keys` : t`My keys`}
      description={t`What people and programs use instead of a provider's key.`}
      actions={create}
    >
      <KeyList
        filter={search}
        emptyAction={create}
        actions={
          <>
            <Select
              aria-label={t`Filter keys`}
              value={kind}
              onChange={(event) => set({ q: search.q, ...kinds[event.target.value]?.[1] })}
              className="!w-auto"
            >
              {Object.entries(kinds).map(([each, [name]]) => (
                <option key={each} value={each}>
                  {name}
                </option>
              ))}
            </Select>
            {may.administer && (search.q || kind !== 'all') && (
              <Button onClick={() => setRevoking(true)}>
                <Trans>Revoke these …</Trans>
              </Button>
            )}
            <SearchBox
              label={t`Find a key`}
              value={search.q}
              onChange={(q) => set({ ...search, q })}
              className="w-48"
            />
          </>
        }
      />
      {revoking && <RevokeManyDialog filter={search} onClose={() => setRevoking(false)} />}
      {search.create && may.createKeys && (
        <NewKeyDialog
          {...(may.administer ? {} : { owner: { id: user_id, username } })}
          onClose={() => set({ ...search, create: undefined })}
        />
      )}
    </Page>
  )
}

/** The ways to narrow the list, each with what it puts into the address. */
function useKinds(): Record<string, readonly [string, KeysSearch]> {
  const { t } = useLingui()
  return {
    all: [t`All`, {}],
    active: [t`Active`, { state: 'active' }],
    retiring: [t`In rotation`, { state: 'retiring' }],
    expired: [t`Expired`, { state: 'expired' }],
    revoked: [t`Revoked`, { state: 'revoked' }],
    unused: [t`Unused for ${UNUSED_DAYS} days`, { unused: UNUSED_DAYS, state: 'active' }],
    expires: [t`Expires within ${SOON_DAYS} days`, { expires: SOON_DAYS }],
  }
}
