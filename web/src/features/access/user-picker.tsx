/** Picks one of any number of users: the gateway searches, page by page. */
import { useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { useDeferredValue, useState } from 'react'
import { userChoicesQuery } from '@/api/users.ts'
import { Field, Select, TextInput } from '@/ui/field.tsx'

interface Choice {
  id: number
  username: string
}

export function UserPicker({
  value,
  onChange,
}: {
  value: Choice
  onChange: (user: Choice) => void
}) {
  const { t } = useLingui()
  const [text, setText] = useState('')
  const search = useDeferredValue(text.trim())
  const found = useQuery(userChoicesQuery(search)).data?.items ?? []
  const choices: Choice[] = found.some(({ id }) => id === value.id) ? found : [value, ...found]
  return (
    <div className="grid gap-2 sm:grid-cols-2">
      <Field label={t`Owner`}>
        <Select
          value={value.id}
          onChange={(event) => {
            const chosen = choices.find(({ id }) => id === Number(event.target.value))
            if (chosen) onChange({ id: chosen.id, username: chosen.username })
          }}
        >
          {choices.map(({ id, username }) => (
            <option key={id} value={id}>
              {username}
            </option>
          ))}
        </Select>
      </Field>
      <Field label={t`Find another user`}>
        <TextInput type="search" value={text} onChange={(event) => setText(event.target.value)} />
      </Field>
    </div>
  )
}
