/** What a chart shows. */
import type { Change } from './mark-groups.ts'

export interface Series {
  name: string
  /** One value for each time; null is "not known" and leaves a gap, 0 is "nothing happened". */
  values: readonly (number | null)[]
  /** A CSS variable such as `--series-1`. */
  colour: string
}

export interface ChartProps {
  label: string
  /** Starts of the buckets, ISO times. */
  times: readonly string[]
  /** Stacked in this order. */
  series: readonly Series[]
  format: (value: number) => string
  /** The last bucket is still running: it is drawn paler and said to be so. */
  unfinished?: boolean
  height?: number
  /** Dragging over the chart picks a range, in milliseconds since 1970. */
  onBrush?: (fromMs: number, untilMs: number) => void
  /** Marked over the bars, each with a link to its row in the audit log. */
  changes?: readonly Change[] | undefined
}
