/** Charts over time by uPlot. The same numbers stand in a table for those who don't see the canvas. */
import 'uplot/dist/uPlot.min.css'
import { useLingui } from '@lingui/react/macro'
import { useEffect, useRef, useState } from 'react'
import UPlot from 'uplot'
import { formatTime, reportingTimeZone, type TimeStyle } from '@/lib/format.ts'
import { onThemeChange } from '@/lib/theme.ts'

export interface Series {
  name: string
  /** One value for each time; null is "not known" and leaves a gap, 0 is "nothing happened". */
  values: readonly (number | null)[]
  /** A CSS variable such as `--series-1`. */
  colour: string
}

interface ChartProps {
  label: string
  /** Starts of the buckets, ISO times. */
  times: readonly string[]
  series: readonly Series[]
  format: (value: number) => string
  kind?: 'bars' | 'lines'
  stacked?: boolean
  /** The last bucket is still running: it is drawn paler and said to be so. */
  unfinished?: boolean
  height?: number
  /** Dragging over the chart picks a range, in milliseconds since 1970. */
  onBrush?: (fromMs: number, untilMs: number) => void
}

const cssColour = (name: string) =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim() || '#888'

/** Sums each series onto those before it; drawn from the last to the first, that is a stack. */
function stack(series: readonly Series[]): (number | null)[][] {
  const sums: (number | null)[] = []
  return series.map(({ values }) =>
    values.map((value, at) => {
      if (value !== null) sums[at] = (sums[at] ?? 0) + value
      return value === null ? null : (sums[at] ?? 0)
    }),
  )
}

function optionsFor(
  props: ChartProps,
  width: number,
  onCursor: (at: number | null) => void,
): UPlot.Options {
  const { kind = 'bars', stacked = false, height = 180, onBrush, format } = props
  const axisColour = cssColour('--faint')
  const grid = { stroke: cssColour('--line'), width: 1 }
  const bars = UPlot.paths.bars?.({ size: [0.82, 40], radius: stacked ? 0 : 0.1 })
  const order = stacked ? [...props.series].reverse() : props.series
  const zone = reportingTimeZone()
  return {
    width,
    height,
    padding: [8, 8, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      points: { show: kind === 'lines' },
      drag: { x: onBrush !== undefined, y: false, setScale: false },
    },
    ...(zone ? { tzDate: (seconds: number) => UPlot.tzDate(new Date(seconds * 1000), zone) } : {}),
    scales: {
      x: { range: (plot, min, max) => widened(plot.data[0], kind, min, max) },
      y: { range: (_, __, max) => [0, max > 0 ? max * 1.08 : 1] },
    },
    axes: [
      {
        stroke: axisColour,
        grid: { show: false },
        ticks: { show: false },
        font: '11px system-ui',
        size: 26,
        // A day in Chinese is 48 pixels wide.
        space: 64,
        values: timeLabels,
      },
      {
        stroke: axisColour,
        grid,
        ticks: { show: false },
        font: '11px system-ui',
        size: (_, values) => 14 + 6.2 * Math.max(3, ...(values ?? []).map((value) => value.length)),
        values: (_, splits) => splits.map(format),
      },
    ],
    series: [
      {},
      ...order.map(({ colour }) => ({
        stroke: cssColour(colour),
        ...(kind === 'bars'
          ? { fill: cssColour(colour), width: 0, ...(bars ? { paths: bars } : {}) }
          : { width: 1.75 }),
        points: { show: false },
        spanGaps: false,
      })),
    ],
    hooks: {
      setCursor: [(plot) => onCursor(plot.cursor.idx ?? null)],
      setSelect: [
        (plot) => {
          if (!onBrush || plot.select.width < 4) return
          const { left, width: wide } = plot.select
          onBrush(plot.posToVal(left, 'x') * 1000, plot.posToVal(left + wide, 'x') * 1000)
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
        },
      ],
    },
  }
}

/** Half a bucket more at each side, so that the first and the last bar are whole. */
function widened(
  times: ArrayLike<number>,
  kind: ChartProps['kind'],
  min: number,
  max: number,
): [number, number] {
  const step = (times[1] ?? 0) - (times[0] ?? 0)
  return kind === 'bars' && step > 0 ? [min - step / 2, max + step / 2] : [min, max]
}

const DAY_SECONDS = 86_400
/** A day of 23 hours, where clocks change, and the shortest month. */
const DAY_MS = 82_800_000
const MONTH_MS = 28 * DAY_MS

function timeLabels(_: UPlot, splits: number[]): string[] {
  const step = (splits[1] ?? 0) - (splits[0] ?? 0)
  return splits.map((at) => formatTime(at * 1000, step >= DAY_SECONDS ? 'day' : 'minute'))
}

export function Chart(props: ChartProps) {
  const { label, times, series, format, stacked = false, unfinished = false, height = 180 } = props
  const { t } = useLingui()
  const host = useRef<HTMLDivElement>(null)
  const [cursor, setCursor] = useState<number | null>(null)
  const latest = useRef(props)
  latest.current = props

  useEffect(() => {
    const element = host.current
    if (element === null) return
    let plot: UPlot | null = null
    const draw = () => {
      plot?.destroy()
      const stackedValues = stacked ? stack(series).reverse() : series.map(({ values }) => values)
      const data = [times.map((at) => Date.parse(at) / 1000), ...stackedValues] as UPlot.AlignedData
      const options = optionsFor(
        { ...latest.current, series, stacked, height },
        Math.max(200, element.clientWidth),
        setCursor,
      )
      plot = new UPlot(options, data, element)
    }
    draw()
    const observer = new ResizeObserver(() =>
      plot?.setSize({ width: Math.max(200, element.clientWidth), height }),
    )
    observer.observe(element)
    const forget = onThemeChange(draw)
    return () => {
      observer.disconnect()
      forget()
      plot?.destroy()
    }
  }, [times, series, stacked, height])

  const at = cursor ?? times.length - 1
  const when = times[at]
  const style = styleOf(times)
  return (
    <figure className="min-w-0">
      <p className="mb-1 min-h-4 text-xs text-faint">
        {when && formatTime(when, style)}
        {unfinished && at === times.length - 1 && ` · ${t`in progress`}`}
      </p>
      <div ref={host} aria-hidden="true" style={{ height }} className="min-w-0 overflow-hidden" />
      <figcaption className="mt-2 flex min-h-5 flex-wrap items-center gap-x-4 gap-y-1 text-xs text-soft">
        {series.map(({ name, colour, values }) => (
          <span key={name} className="inline-flex items-center gap-1.5">
            <span
              aria-hidden="true"
              className="size-2.5 rounded-sm"
              style={{ background: `var(${colour})` }}
            />
            {name}
            <span className="min-w-8 font-medium text-ink">{valueText(values[at], format)}</span>
          </span>
        ))}
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

const valueText = (value: number | null | undefined, format: (value: number) => string) =>
  value === null || value === undefined ? '–' : format(value)

function ChartTable({
  label,
  times,
  series,
  format,
  style,
}: Pick<ChartProps, 'label' | 'times' | 'series' | 'format'> & { style: TimeStyle }) {
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
