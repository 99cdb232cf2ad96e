/** Every variable with its value and where the value comes from. */
import { useLingui } from '@lingui/react/macro'
import { useMemo, useState } from 'react'
import type { Setting } from '@/api/settings.ts'
import { TextInput } from '@/ui/field.tsx'
import { LockIcon } from '@/ui/icons.ts'
import { type Column, DataTable } from '@/ui/table.tsx'

export function VariableTable({ variables }: { variables: readonly Setting[] }) {
  const { t } = useLingui()
  const [text, setText] = useState('')
  const columns = useVariableColumns()
  const wanted = text.trim().toUpperCase()
  const shown = variables.filter(({ name }) => name.includes(wanted))
  return (
    <>
      <div className="border-b p-3">
        <TextInput
          type="search"
          aria-label={t`Find a variable`}
          placeholder={t`Find a variable`}
          value={text}
          onChange={(event) => setText(event.target.value)}
          className="max-w-72"
        />
      </div>
      <DataTable label={t`Variables`} items={shown} columns={columns} rowId={({ name }) => name} />
    </>
  )
}

function useVariableColumns(): Column<Setting>[] {
  const { t } = useLingui()
  return useMemo<Column<Setting>[]>(() => {
    const sources: Record<Setting['source'], string> = {
      default: t`default`,
      environment: t`environment`,
      file: t`file`,
      console: t`set here`,
    }
    return [
      {
        id: 'name',
        header: t`Variable`,
        cell: (setting) => <code className="font-mono text-xs">{setting.name}</code>,
      },
      {
        id: 'value',
        header: t`Value`,
        cell: (setting) =>
          setting.secret ? (
            <span className="text-faint">
              {setting.source === 'default' ? t`not set` : t`set, not shown`}
            </span>
          ) : (
            <code className="font-mono text-xs">{setting.value ?? setting.default ?? '–'}</code>
          ),
      },
      {
        id: 'source',
        header: t`Source`,
        cell: (setting) => (
          <span className="inline-flex items-center gap-1.5 whitespace-nowrap">
            {setting.locked && setting.source !== 'default' && (
              <LockIcon className="size-3 text-faint" />
            )}
            {sources[setting.source]}
            {setting.from && <span className="font-mono text-xs text-faint">{setting.from}</span>}
          </span>
        ),
      },
    ]
  }, [t])
}
