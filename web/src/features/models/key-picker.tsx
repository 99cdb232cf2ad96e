/** Picks one of any number of keys: the gateway searches. */
import { useLingui } from '@lingui/react/macro'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useDeferredValue, useState } from 'react'
import { keysQuery } from '@/api/keys.ts'
import { Field, Select, TextInput } from '@/ui/field.tsx'

export interface KeyChoice {
  id: number
  name: string
  username: string
}

interface KeyPickerProps {
  value: KeyChoice | null
  onChange: (key: KeyChoice | null) => void
}

export function KeyPicker({ value, onChange }: KeyPickerProps) {
  const { t } = useLingui()
  const [text, setText] = useState('')
  const search = useDeferredValue(text.trim())
  const { data } = useInfiniteQuery(keysQuery({ q: search || undefined, state: 'active' }))
  const found: readonly KeyChoice[] = data?.pages[0]?.items ?? []
  const choices =
    value === null || found.some(({ id }) => id === value.id) ? found : [value, ...found]
  return (
    <div className="grid gap-2 sm:grid-cols-2">
      <Field label={t`Key`}>
        <Select
          value={value?.id ?? ''}
          onChange={(event) =>
            onChange(choices.find(({ id }) => id === Number(event.target.value)) ?? null)
          }
        >
          <option value="">{t`any key`}</option>
          {choices.map(({ id, name, username }) => (
            <option key={id} value={id}>
              {username} · {name}
            </option>
          ))}
        </Select>
      </Field>
      <Field label={t`Find a key`}>
        <TextInput type="search" value={text} onChange={(event) => setText(event.target.value)} />
      </Field>
    </div>
  )
}
