/** A counter with labels: prom-client's hashes the labels on each increment. */
import type { Counter, MetricValue } from 'prom-client'

interface Description {
  name: string
  help: string
  labels: readonly string[]
}

type LabelValue = string | number

export interface Series {
  sum: number
}

/** Each label's values map to the next label's; the last level holds the count. */
interface Branch extends Series {
  next: Map<LabelValue, Branch>
}

/** `metric` is what prom-client's registry collects. */
export function createLabelledCounter({ name, help, labels }: Description) {
  const root: Branch = { next: new Map(), sum: 0 }

  const collect = (branch: Branch, values: LabelValue[], into: MetricValue<string>[]) => {
    if (values.length === labels.length) {
      const named = labels.map((label, at) => [label, values[at] ?? ''])
      into.push({ value: branch.sum, labels: Object.fromEntries(named) })
      return into
    }
    for (const [value, further] of branch.next) collect(further, [...values, value], into)
    return into
  }
  const metric = {
    name,
    help,
    type: 'counter',
    get: async () => ({
      name,
      help,
      type: 'counter',
      aggregator: 'sum',
      values: collect(root, [], []),
    }),
  }

  return {
    metric: metric as unknown as Counter<string>,
    add(by: number, values: readonly LabelValue[]): void {
      seriesAt(root, values).sum += by
    },
    /** The series with these labels, to be kept and added to. */
    series: (values: readonly LabelValue[]): Series => seriesAt(root, values),
  }
}

/** Nested maps, because a joined key would be one more string to build and look up per request. */
function seriesAt(root: Branch, values: readonly LabelValue[]): Series {
  let branch = root
  for (const value of values) {
    let next = branch.next.get(value)
    if (next === undefined) {
      next = { next: new Map(), sum: 0 }
      branch.next.set(value, next)
    }
    branch = next
  }
  return branch
}
