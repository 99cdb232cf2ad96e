/** Picks a range of time: a named one, or own bounds. */
import { useLingui } from '@lingui/react/macro'
import { formatTime } from '@/lib/format.ts'
import type { Range, RangeSearch } from '@/lib/search-params.ts'
import { Button } from '../button.tsx'
import { Select } from '../field.tsx'
import { XIcon } from '../icons.ts'

interface RangePickerProps {
  value: RangeSearch
  fallback: Range
  options: readonly Range[]
  onChange: (range: Pick<RangeSearch, 'range' | 'from' | 'until'>) => void
}

export function RangePicker({ value, fallback, options, onChange }: RangePickerProps) {
  const { t } = useLingui()
  const names: Record<Range, string> = {
    '1h': t`Last hour`,
    '24h': t`Last 24 hours`,
    '7d': t`Last 7 days`,
    '30d': t`Last 30 days`,
    '90d': t`Last 90 days`,
    month: t`This month`,
  }
  if (value.from !== undefined)
    return (
      <Button onClick={() => onChange({ range: value.range, from: undefined, until: undefined })}>
        {formatTime(value.from)} – {value.until ? formatTime(value.until) : t`now`}
        <XIcon className="size-3.5" />
        <span className="sr-only">{t`Show the whole period`}</span>
      </Button>
    )
  return (
    <Select
      aria-label={t`Period`}
      className="!w-auto"
      value={value.range ?? fallback}
      onChange={(event) =>
        onChange({ range: event.target.value as Range, from: undefined, until: undefined })
      }
    >
      {options.map((range) => (
        <option key={range} value={range}>
          {names[range]}
        </option>
      ))}
    </Select>
  )
}
