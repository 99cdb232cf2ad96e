/** A chart's numbers as a table, for those who do not see the canvas. */
import { useLingui } from '@lingui/react/macro'
import { formatTime, type TimeStyle } from '@/lib/format.ts'
import type { ChartProps } from './chart-props.ts'

export const valueText = (value: number | null | undefined, format: (value: number) => string) =>
  value === null || value === undefined ? '–' : format(value)

interface ChartTableProps extends Pick<ChartProps, 'label' | 'times' | 'series' | 'format'> {
  style: TimeStyle
}

export function ChartTable({ label, times, series, format, style }: ChartTableProps) {
  const { t } = useLingui()
  return (
    <div className="sr-only">
      <table>
        <caption>{label}</caption>
        <thead>
          <tr>
            <th scope="col">{t`Time`}</th>
            {series.map(({ name }) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {times.map((time, row) => (
            <tr key={time}>
              <th scope="row">{formatTime(time, style)}</th>
              {series.map(({ name, values }) => (
                <td key={name}>{valueText(values[row], format)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
