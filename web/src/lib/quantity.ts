/** Numbers as people type them into limits: "60", "5M", "1.5k", "5,000,000". Empty is "not set", which is not 0. */

const FACTORS: Record<string, number> = { '': 1, k: 1e3, m: 1e6, g: 1e9, b: 1e9, 万: 1e4, 亿: 1e8 }

/** The number, null for an empty text, undefined for one that is no whole number. */
export function parseQuantity(text: string): number | null | undefined {
  const plain = text.trim().replaceAll(/[,_\s]/g, '')
  if (plain === '') return null
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)([kmgb万亿])?$/i.exec(plain) ?? []
  const value = Number(digits) * (FACTORS[unit.toLowerCase()] ?? Number.NaN)
  const rounded = Math.round(value)
  if (!Number.isSafeInteger(rounded) || Math.abs(rounded - value) > 1e-6) return undefined
  return rounded
}

/** Lines or commas to a list without blanks and repetitions; null for an empty text. */
export function parseList(text: string): string[] | null {
  const items = text.split(/[\n,;]+/).map((item) => item.trim())
  const list = [...new Set(items.filter((item) => item !== ''))]
  return list.length === 0 ? null : list
}
