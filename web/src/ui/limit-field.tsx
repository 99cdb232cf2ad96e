/** A limit with its three meanings kept apart: the default, none, and a number. In the API: null, 0, and the number. */
import { useLingui } from '@lingui/react/macro'
import type { ReactNode } from 'react'
import { parseQuantity } from '@/lib/quantity.ts'
import { Field, Select, TextInput } from './field.tsx'

export interface LimitDraft {
  kind: 'default' | 'none' | 'number'
  text: string
}

export function limitDraft(value: number | null): LimitDraft {
  if (value === null) return { kind: 'default', text: '' }
  return value === 0 ? { kind: 'none', text: '' } : { kind: 'number', text: String(value) }
}

/** Undefined where a number is wanted and none is there. */
export function limitValue({ kind, text }: LimitDraft): number | null | undefined {
  if (kind === 'default') return null
  if (kind === 'none') return 0
  const value = parseQuantity(text)
  return value === null || value === 0 ? undefined : value
}

interface LimitFieldProps {
  label: string
  unit: string
  draft: LimitDraft
  onChange: (draft: LimitDraft) => void
  hint?: ReactNode
  error?: ReactNode
}

export function LimitField({ label, unit, draft, onChange, hint, error }: LimitFieldProps) {
  const { t } = useLingui()
  const invalid = draft.kind === 'number' && draft.text !== '' && limitValue(draft) === undefined
  return (
    <div className="flex flex-wrap items-start gap-2">
      <Field label={label} hint={hint} className="min-w-40 grow">
        <Select
          value={draft.kind}
          onChange={(event) =>
            onChange({ ...draft, kind: event.target.value as LimitDraft['kind'] })
          }
        >
          <option value="default">{t`Default`}</option>
          <option value="number">{t`Custom limit`}</option>
          <option value="none">{t`No limit`}</option>
        </Select>
      </Field>
      {draft.kind === 'number' && (
        <Field
          label={unit}
          error={error ?? (invalid && t`A whole number above 0, such as 500, 60k or 5M.`)}
          className="min-w-40 grow"
        >
          <TextInput
            inputMode="decimal"
            required
            value={draft.text}
            placeholder="5M"
            onChange={(event) => onChange({ ...draft, text: event.target.value })}
          />
        </Field>
      )}
    </div>
  )
}
