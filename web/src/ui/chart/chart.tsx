/** Charts over time by uPlot. The same numbers are in a table for those who don't see the canvas. */
import 'uplot/dist/uPlot.min.css'
import { useLingui } from '@lingui/react/macro'
import { useEffect, useRef, useState } from 'react'
import UPlot from 'uplot'
import { formatTime, type TimeStyle } from '@/lib/format.ts'
import { onThemeChange } from '@/lib/theme.ts'
import { ChangeMarks, ChangeSign } from './change-marks.tsx'
import type { ChartProps } from './chart-props.ts'
import { ChartTable, valueText } from './chart-table.tsx'
import type { TimeScale } from './mark-groups.ts'
import { dataFor, optionsFor } from './options.ts'

const MIN_WIDTH = 200
/** A day of 23 hours, where clocks change, and the shortest month. */
const DAY_MS = 82_800_000
const MONTH_MS = 28 * DAY_MS

export function Chart(props: ChartProps) {
  const { label, times, series, format, unfinished = false, height = 180, changes = [] } = props
  const { t } = useLingui()
  const host = useRef<HTMLDivElement>(null)
  const [cursor, setCursor] = useState<number | null>(null)
  const [scale, setScale] = useState<TimeScale | null>(null)
  const latest = useRef(props)
  latest.current = props

  useEffect(() => {
    const element = host.current
    if (element === null) return
    let plot: UPlot | null = null
    const size = () => ({ width: Math.max(MIN_WIDTH, element.clientWidth), height })
    const draw = () => {
      plot?.destroy()
      const drawn = { ...latest.current, times, series, unfinished, height }
      const handlers = { onCursor: setCursor, onDrawn: setScale }
      plot = new UPlot(optionsFor(drawn, size().width, handlers), dataFor(drawn), element)
    }
    draw()
    const observer = new ResizeObserver(() => plot?.setSize(size()))
    observer.observe(element)
    const forget = onThemeChange(draw)
    return () => {
      observer.disconnect()
      forget()
      plot?.destroy()
    }
  }, [times, series, unfinished, height])

  const at = cursor ?? times.length - 1
  const when = times[at]
  const style = styleOf(times)
  return (
    <figure className="relative min-w-0">
      <p className="mb-1 min-h-4 text-xs text-faint">
        {when && formatTime(when, style)}
        {unfinished && at === times.length - 1 && ` · ${t`in progress`}`}
      </p>
      <div ref={host} aria-hidden="true" style={{ height }} className="min-w-0 overflow-hidden" />
      {scale && changes.length > 0 && <ChangeMarks changes={changes} scale={scale} />}
      <figcaption className="mt-2 flex min-h-5 flex-wrap items-center gap-x-4 gap-y-1 text-xs text-soft">
        {series.map(({ name, colour, values }) => (
          <span key={name} className="inline-flex items-center gap-1.5">
            <span
              aria-hidden="true"
              className="size-2.5 shrink-0 rounded-sm forced-color-adjust-none"
              style={{ background: `var(${colour})` }}
            />
            {name}
            <span className="min-w-8 font-medium text-ink">{valueText(values[at], format)}</span>
          </span>
        ))}
        {changes.length > 0 && (
          <span aria-hidden="true" className="inline-flex items-center gap-2">
            <ChangeSign /> {t`Changes`}
          </span>
        )}
      </figcaption>
      <ChartTable label={label} times={times} series={series} format={format} style={style} />
    </figure>
  )
}

/** As exact as the buckets are. */
function styleOf([first = '', second = '']: readonly string[]): TimeStyle {
  const stepMs = Date.parse(second) - Date.parse(first)
  if (stepMs >= MONTH_MS) return 'month'
  return stepMs >= DAY_MS ? 'day' : 'moment'
}
