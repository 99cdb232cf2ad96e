/** A histogram with one label: prom-client's hashes the labels for each value, which took 3 % of a request. */
import type { Histogram, MetricValueWithName } from 'prom-client'

interface Description {
  name: string
  help: string
  label: string
  /** Upper bounds of the buckets, ascending; the +Inf bucket is added. */
  bounds: readonly number[]
}

interface Series {
  /** Counts per bucket, not cumulative. */
  counts: number[]
  sum: number
}

/** `metric` is what prom-client's registry collects. */
export function createHistogram({ name, help, label, bounds }: Description) {
  const all = new Map<string, Series>()

  const figures = (value: string, { counts, sum }: Series): MetricValueWithName<string>[] => {
    let below = 0
    const buckets = counts.map((count, at) => {
      below += count
      const le = bounds[at] ?? '+Inf'
      return { metricName: `${name}_bucket`, value: below, labels: { le, [label]: value } }
    })
    return [
      ...buckets,
      { metricName: `${name}_sum`, value: sum, labels: { [label]: value } },
      { metricName: `${name}_count`, value: below, labels: { [label]: value } },
    ]
  }
  const metric = {
    name,
    help,
    type: 'histogram',
    get: async () => ({
      name,
      help,
      type: 'histogram',
      aggregator: 'sum',
      values: [...all].flatMap(([value, series]) => figures(value, series)),
    }),
  }

  return {
    metric: metric as unknown as Histogram<string>,
    observe(labelled: string, value: number): void {
      let series = all.get(labelled)
      if (series === undefined) {
        series = { counts: new Array(bounds.length + 1).fill(0), sum: 0 }
        all.set(labelled, series)
      }
      let at = 0
      while (at < bounds.length && value > (bounds[at] as number)) at++
      series.counts[at] = (series.counts[at] as number) + 1
      series.sum += value
    },
  }
}
