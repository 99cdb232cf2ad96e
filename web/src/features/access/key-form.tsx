/** The fields of a key, as a draft that knows what was changed. */
import { useLingui } from '@lingui/react/macro'
import { useState } from 'react'
import { ApiError } from '@/api/errors.ts'
import type { Key, KeyChange } from '@/api/keys.ts'
import { useMay } from '@/api/session.ts'
import { parseList } from '@/lib/quantity.ts'
import { Checkbox, Field, TextArea, TextInput } from '@/ui/field.tsx'
import { type LimitDraft, LimitField, limitDraft, limitValue } from '@/ui/limit-field.tsx'

export interface KeyDraft {
  name: string
  models: string
  rpm: LimitDraft
  tpm: LimitDraft
  /** Requests at a time. */
  inFlight: LimitDraft
  /** A day as the date field has it, or empty for never. */
  expires: string
  addresses: string
  priority: string
  tags: string
  strict: boolean
}

export const emptyKey: KeyDraft = {
  name: '',
  models: '',
  rpm: limitDraft(null),
  tpm: limitDraft(null),
  inFlight: limitDraft(null),
  expires: '',
  addresses: '',
  priority: '0',
  tags: '',
  strict: false,
}

const dayOf = (iso: string | null) => {
  if (iso === null) return ''
  const at = new Date(iso)
  const two = (number: number) => String(number).padStart(2, '0')
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
}

export const keyDraft = (key: Key): KeyDraft => ({
  name: key.name,
  models: key.allowed_models?.join('\n') ?? '',
  rpm: limitDraft(key.rpm),
  tpm: limitDraft(key.tpm),
  inFlight: limitDraft(key.max_in_flight),
  expires: dayOf(key.expires_at),
  addresses: key.allowed_addresses?.join('\n') ?? '',
  priority: String(key.priority),
  tags: key.tags.join(', '),
  strict: key.strict,
})

/** The end of the chosen day, here. */
const expiryOf = (day: string) => (day === '' ? null : new Date(`${day}T23:59:59`).toISOString())

/** Undefined where a field is not filled in rightly. */
export function keyValues(draft: KeyDraft): Required<KeyChange> | undefined {
  const rpm = limitValue(draft.rpm)
  const tpm = limitValue(draft.tpm)
  const inFlight = limitValue(draft.inFlight)
  if (rpm === undefined || tpm === undefined || inFlight === undefined) return undefined
  return {
    name: draft.name.trim(),
    allowed_models: parseList(draft.models),
    rpm,
    tpm,
    max_in_flight: inFlight,
    expires_at: expiryOf(draft.expires),
    allowed_addresses: parseList(draft.addresses),
    priority: Number(draft.priority),
    tags: parseList(draft.tags) ?? [],
    strict: draft.strict,
  }
}

/** Only what was changed in the form. */
export function keyChange(before: KeyDraft, draft: KeyDraft): KeyChange | undefined {
  const values = keyValues(draft)
  const old = keyValues(before)
  if (values === undefined || old === undefined) return undefined
  const changed = Object.entries(values).filter(
    ([field, value]) => JSON.stringify(value) !== JSON.stringify(old[field as keyof typeof old]),
  )
  return Object.fromEntries(changed)
}

interface KeyFieldsProps {
  draft: KeyDraft
  onChange: (draft: KeyDraft) => void
  error: unknown
}

export function KeyFields({ draft, onChange, error }: KeyFieldsProps) {
  const { t } = useLingui()
  const { administer } = useMay()
  const set = (part: Partial<KeyDraft>) => onChange({ ...draft, ...part })
  const problem = (field: string) =>
    error instanceof ApiError ? error.fieldMessage(field) : undefined
  const { models, addresses, expires, tags } = draft
  const limited =
    draft.strict ||
    draft.priority !== '0' ||
    [models, addresses, expires, tags].some((text) => text !== '')
  const limits = [draft.rpm, draft.tpm, draft.inFlight]
  const special = limited || limits.some(({ kind }) => kind !== 'default')
  const [more, setMore] = useState(special)
  return (
    <>
      <Field
        label={t`Name`}
        hint={t`What it is for, such as "laptop" or "nightly report".`}
        error={problem('name')}
      >
        <TextInput
          required
          maxLength={64}
          value={draft.name}
          onChange={(event) => set({ name: event.target.value })}
        />
      </Field>
      <Checkbox checked={more} onChange={setMore}>
        {t`Limits, models, expiry and addresses`}
      </Checkbox>
      {more && <KeyRights draft={draft} set={set} problem={problem} administer={administer} />}
    </>
  )
}

interface KeyRightsProps {
  draft: KeyDraft
  set: (part: Partial<KeyDraft>) => void
  problem: (field: string) => string | undefined
  administer: boolean
}

function KeyRights({ draft, set, problem, administer }: KeyRightsProps) {
  const { t } = useLingui()
  return (
    <>
      <LimitField
        label={t`Requests per minute`}
        unit={t`Requests`}
        draft={draft.rpm}
        onChange={(rpm) => set({ rpm })}
        error={problem('rpm')}
      />
      <LimitField
        label={t`Tokens per minute`}
        unit={t`Tokens`}
        draft={draft.tpm}
        onChange={(tpm) => set({ tpm })}
        error={problem('tpm')}
      />
      <LimitField
        label={t`Requests at a time`}
        unit={t`Requests`}
        draft={draft.inFlight}
        onChange={(inFlight) => set({ inFlight })}
        error={problem('max_in_flight')}
      />
      <Field
        label={t`Models`}
        hint={t`One per line; a trailing * matches anything. Leave empty for all models.`}
        error={problem('allowed_models')}
      >
        <TextArea
          value={draft.models}
          spellCheck={false}
          onChange={(event) => set({ models: event.target.value })}
        />
      </Field>
      <Field
        label={t`Valid through`}
        hint={t`Leave empty for no expiry.`}
        error={problem('expires_at')}
      >
        <TextInput
          type="date"
          max="9999-12-31"
          value={draft.expires}
          onChange={(event) => set({ expires: event.target.value })}
        />
      </Field>
      <Field
        label={t`Only from these addresses`}
        hint={t`One per line, such as 10.0.0.0/8. Leave empty to allow any address.`}
        error={problem('allowed_addresses')}
      >
        <TextArea
          value={draft.addresses}
          spellCheck={false}
          onChange={(event) => set({ addresses: event.target.value })}
        />
      </Field>
      <Checkbox checked={draft.strict} onChange={(strict) => set({ strict })}>
        {t`Refuse requests that would lose something in translation`}
      </Checkbox>
      {administer && <RoutingFields draft={draft} set={set} problem={problem} />}
    </>
  )
}

interface RoutingFieldsProps {
  draft: KeyDraft
  set: (part: Partial<KeyDraft>) => void
  problem: (field: string) => string | undefined
}

/** What decides about a key's place in the queue and its targets, which only admins set. */
function RoutingFields({ draft, set, problem }: RoutingFieldsProps) {
  const { t } = useLingui()
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <Field
        label={t`Priority`}
        hint={t`From 0 to 100. Of requests that wait, higher ones go first.`}
        error={problem('priority')}
      >
        <TextInput
          type="number"
          required
          min={0}
          max={100}
          value={draft.priority}
          onChange={(event) => set({ priority: event.target.value })}
        />
      </Field>
      <Field
        label={t`Tags`}
        hint={t`Words for conditions of models, such as premium.`}
        error={problem('tags')}
      >
        <TextInput
          spellCheck={false}
          value={draft.tags}
          onChange={(event) => set({ tags: event.target.value })}
        />
      </Field>
    </div>
  )
}
