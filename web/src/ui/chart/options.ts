/** Options for uPlot: bars over time, stacked or not, the last one paler while it is still filled. */
import UPlot from 'uplot'
import { formatTime, reportingTimeZone } from '@/lib/format.ts'
import type { ChartProps, Series } from './chart-props.ts'
import type { TimeScale } from './mark-groups.ts'

interface Handlers {
  onCursor: (at: number | null) => void
  onDrawn: (scale: TimeScale) => void
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

export function dataFor({ times, series }: ChartProps): UPlot.AlignedData {
  return [times.map((at) => Date.parse(at) / 1000), ...stack(series).reverse()]
}

export function optionsFor(
  props: ChartProps,
  width: number,
  { onCursor, onDrawn }: Handlers,
): UPlot.Options {
  const { height = 180, onBrush } = props
  const zone = reportingTimeZone()
  const bars = UPlot.paths.bars?.({ size: [0.82, 40] })
  return {
    width,
    height,
    // The label of the last bar is wider than the bar.
    padding: [8, 24, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      points: { show: false },
      drag: { x: onBrush !== undefined, y: false, setScale: false },
    },
    ...(zone ? { tzDate: (seconds: number) => UPlot.tzDate(new Date(seconds * 1000), zone) } : {}),
    scales: {
      x: { range: (plot, min, max) => widened(plot.data[0], min, max) },
      y: { range: (_, __, max) => [0, max > 0 ? max * 1.08 : 1] },
    },
    axes: axesFor(props),
    series: [
      {},
      ...[...props.series].reverse().map(({ colour }) => ({
        fill: cssColour(colour),
        width: 0,
        ...(bars ? { paths: bars } : {}),
        points: { show: false },
        spanGaps: false,
      })),
    ],
    hooks: {
      setCursor: [(plot) => onCursor(plot.cursor.idx ?? null)],
      draw: [
        (plot) => {
          if (props.unfinished) paleLast(plot)
          onDrawn(timeScale(plot))
        },
      ],
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

function axesFor({ format, series }: ChartProps): UPlot.Axis[] {
  const axis = { stroke: cssColour('--faint'), ticks: { show: false } }
  const values = series.flatMap((each) => each.values)
  const nothing = values.every((value) => !value)
  const whole = values.every(Number.isInteger)
  // Half a request, or a scale of nothing, would be odd.
  const label = (at: number) => ((nothing && at > 0) || (whole && at % 1) ? '' : format(at))
  return [
    {
      ...axis,
      grid: { show: false },
      font: '11px system-ui',
      size: 26,
      // A day in Chinese is 48 pixels wide.
      space: 64,
      values: timeLabels,
    },
    {
      ...axis,
      grid: { stroke: cssColour('--line'), width: 1 },
      size: (_, labels) => 14 + 6.2 * Math.max(3, ...(labels ?? []).map(({ length }) => length)),
      values: (_, splits) => splits.map(label),
    },
  ]
}

const stepOf = (times: ArrayLike<number>) => (times[1] ?? 0) - (times[0] ?? 0)

/** Half a bucket more at each side, so that the first and the last bar are whole. */
function widened(times: ArrayLike<number>, min: number, max: number): [number, number] {
  const half = stepOf(times) / 2
  return [min - half, max + half]
}

function timeScale({ bbox, scales, data }: UPlot): TimeScale {
  const half = stepOf(data[0]) / 2
  return {
    left: bbox.left / devicePixelRatio,
    width: bbox.width / devicePixelRatio,
    min: (scales.x?.min ?? 0) + half,
    max: (scales.x?.max ?? 0) + half,
  }
}

/** Lays the colour of the panel thinly over the last bucket. */
function paleLast(plot: UPlot): void {
  const times = plot.data[0]
  const from = (times[times.length - 1] ?? 0) - stepOf(times) / 2
  const left = plot.valToPos(from, 'x', true)
  const { ctx, bbox } = plot
  ctx.save()
  ctx.globalAlpha = 0.5
  ctx.fillStyle = cssColour('--surface')
  ctx.fillRect(left, bbox.top, bbox.left + bbox.width - left, bbox.height)
  ctx.restore()
}

const DAY_SECONDS = 86_400

function timeLabels(_: UPlot, splits: number[]): string[] {
  const style = stepOf(splits) >= DAY_SECONDS ? 'day' : 'minute'
  return splits.map((at) => formatTime(at * 1000, style))
}
