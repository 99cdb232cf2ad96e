/** Narrows the list; everything chosen here is in the address. */
import { Trans, useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { keyQuery } from '@/api/keys.ts'
import { useMay } from '@/api/session.ts'
import { userQuery } from '@/api/users.ts'
import { OUTCOMES, type RequestsSearch } from '@/lib/search-params.ts'
import { Button } from '@/ui/button.tsx'
import { RangePicker } from '@/ui/chart/range-picker.tsx'
import { Select, TextInput } from '@/ui/field.tsx'
import { SearchIcon, XIcon } from '@/ui/icons.ts'
import { SearchBox } from '@/ui/search-box.tsx'
import { useOutcomeNames } from './outcome-badge.tsx'

interface FilterBarProps {
  search: RequestsSearch
  onChange: (part: RequestsSearch) => void
  onOpen: (id: string) => void
}

const STATUSES = ['2xx', '4xx', '429', '5xx']

export function FilterBar({ search, onChange, onOpen }: FilterBarProps) {
  const { t } = useLingui()
  const { seeAll } = useMay()
  const outcomes = useOutcomeNames()
  const any =
    search.outcome ?? search.status ?? search.user ?? search.key ?? search.model ?? search.upstream
  return (
    <div className="flex flex-wrap items-center gap-2">
      {!search.live && (
        <RangePicker
          value={search}
          fallback="24h"
          options={['1h', '24h', '7d', '30d']}
          onChange={onChange}
        />
      )}
      <Select
        aria-label={t`Outcome`}
        className="!w-44"
        value={search.outcome ?? ''}
        onChange={(event) =>
          onChange({ outcome: OUTCOMES.find((outcome) => outcome === event.target.value) })
        }
      >
        <option value="">{t`Any outcome`}</option>
        {OUTCOMES.map((outcome) => (
          <option key={outcome} value={outcome}>
            {outcomes[outcome]}
          </option>
        ))}
      </Select>
      <Select
        aria-label={t`Status`}
        className="!w-auto"
        value={search.status ?? ''}
        onChange={(event) => onChange({ status: event.target.value || undefined })}
      >
        <option value="">{t`Any status`}</option>
        {STATUSES.map((status) => (
          <option key={status}>{status}</option>
        ))}
      </Select>
      <SearchBox
        label={t`Model`}
        value={search.model}
        onChange={(model) => onChange({ model })}
        className="w-32"
      />
      {seeAll && (
        <SearchBox
          label={t`Upstream`}
          value={search.upstream}
          onChange={(upstream) => onChange({ upstream })}
          className="w-32"
        />
      )}
      {search.user !== undefined && (
        <UserChip id={search.user} onClear={() => onChange({ user: undefined })} />
      )}
      {search.key !== undefined && (
        <KeyChip id={search.key} onClear={() => onChange({ key: undefined })} />
      )}
      {any !== undefined && (
        <Button
          variant="ghost"
          onClick={() =>
            onChange({
              outcome: undefined,
              status: undefined,
              user: undefined,
              key: undefined,
              model: undefined,
              upstream: undefined,
            })
          }
        >
          <Trans>Clear</Trans>
        </Button>
      )}
      <IdSearch onOpen={onOpen} />
    </div>
  )
}

function UserChip({ id, onClear }: { id: number; onClear: () => void }) {
  const { t } = useLingui()
  const name = useQuery(userQuery(id)).data?.value.username ?? String(id)
  return <Chip text={t`User ${name}`} onClear={onClear} />
}

function KeyChip({ id, onClear }: { id: number; onClear: () => void }) {
  const { t } = useLingui()
  const name = useQuery(keyQuery(id)).data?.value.name ?? String(id)
  return <Chip text={t`Key ${name}`} onClear={onClear} />
}

function Chip({ text, onClear }: { text: string; onClear: () => void }) {
  const { t } = useLingui()
  return (
    <Button onClick={onClear} aria-label={t`Remove the filter ${text}`}>
      {text} <XIcon className="size-3.5" />
    </Button>
  )
}

/** Found on any date, by the gateway: the range does not matter. */
function IdSearch({ onOpen }: { onOpen: (id: string) => void }) {
  const { t } = useLingui()
  const [id, setId] = useState('')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (id.trim() !== '') onOpen(id.trim())
  }
  return (
    <form onSubmit={submit} className="flex gap-1 sm:ml-auto">
      <TextInput
        aria-label={t`Request ID`}
        placeholder={t`Request ID`}
        spellCheck={false}
        maxLength={200}
        value={id}
        onChange={(event) => setId(event.target.value)}
        className="w-44 font-mono"
      />
      <Button type="submit" aria-label={t`Open this request`}>
        <SearchIcon />
      </Button>
    </form>
  )
}
