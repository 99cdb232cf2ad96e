/** Formats a log line for a terminal; programs get the JSON. */

const LEVELS: Readonly<Record<number, readonly [name: string, colour: string]>> = {
  10: ['TRACE', '2'],
  20: ['DEBUG', '2'],
  30: ['INFO', '32'],
  40: ['WARN', '33'],
  50: ['ERROR', '31'],
  60: ['FATAL', '31;1'],
}
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

/** `line` is one of pino's, including its line break. */
export function readableLine(line: string, colours: boolean): string {
  const { level, time, msg, ...fields } = JSON.parse(line) as Record<string, unknown>
  const [name, colour] = LEVELS[Number(level)] ?? ['LOG', '0']
  const shownLevel = colours ? `\x1b[${colour}m${name.padEnd(5)}\x1b[0m` : name.padEnd(5)
  const clock = String(time).slice(11, 19)
  const rest = Object.entries(fields).map(([key, value]) => `${key}=${shown(value)}`)
  return `${[clock, shownLevel, shown(msg), ...rest].join(' ')}\n`
}

/** Escapes control characters, so that log content can't move the cursor. */
function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return (text ?? '').replace(UNPRINTABLE, ' ')
}
