/** Arithmetic on measurements. */

export function median(values: readonly number[]): number {
  return percentile(values, 50)
}

/** The nearest measured value. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const value = sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)]
  if (value === undefined) throw new Error('no measurements')
  return value
}

export function rounded(value: number, digits = 2): number {
  return Number(value.toFixed(digits))
}
