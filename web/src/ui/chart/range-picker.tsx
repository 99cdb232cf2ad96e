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
      <OwnBounds
        from={value.from}
        until={value.until}
        onClear={() => onChange({ range: value.range, from: undefined, until: undefined })}
      />
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

interface OwnBoundsProps extends Pick<RangeSearch, 'from' | 'until'> {
  onClear: () => void
}

/** A range that was picked in a chart, as a button that gives it up. */
export function OwnBounds({ from = '', until, onClear }: OwnBoundsProps) {
  const { t } = useLingui()
  const [start, end] = [formatTime(from), until ? formatTime(until) : t`now`]
  return (
    <Button onClick={onClear}>
      {start === end ? start : `${start} – ${end}`}
      <XIcon className="size-3.5" />
      <span className="sr-only">{t`Show the whole period`}</span>
    </Button>
  )
}
