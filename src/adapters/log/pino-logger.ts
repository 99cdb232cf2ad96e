/** JSON lines on standard error, written behind the requests. */
import { writeSync } from 'node:fs'
import pino from 'pino'
import { isoTime } from '../../core/iso-time.ts'
import type { Logger } from '../../core/logger.ts'
import { readableLine } from './readable.ts'

export interface ClosableLogger extends Logger {
  /** Writes what is still in memory. */
  flush(): void
}

/** As pino numbers them. */
const INFO = 30
const WARN = 40
const STANDARD_ERROR = 2
/** Lines are gathered up to this size or this long, so that logging costs a request no system call. */
const MAX_LINES = 256
const FLUSH_EVERY_MS = 100

export interface LogStyle {
  /** For people on a terminal; else JSON. */
  readable: boolean
  colours: boolean
}

const JSON_LINES: LogStyle = { readable: false, colours: false }

export function createPinoLogger(level: string, style: LogStyle = JSON_LINES): ClosableLogger {
  const lines = gatheredLines(style)
  const logger = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, lines)
  const warns = logger.isLevelEnabled('warn')
  const informs = logger.isLevelEnabled('info')
  setInterval(lines.flush, FLUSH_EVERY_MS).unref()
  return {
    debug: (fields, message) => logger.debug(fields, message),
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error: (fields, message) => logger.error(fields, message),
    // One a request: written as pino would write it, at a fraction of the cost.
    requestFinished(fields) {
      const level = (fields.status ?? 0) >= 500 ? WARN : INFO
      if (level === WARN ? warns : informs)
        lines.write(
          `{"level":${level},"time":"${isoTime(Date.now())}",${JSON.stringify(fields).slice(1, -1)},"msg":"request"}\n`,
        )
    },
    flush: lines.flush,
  }
}

/** Pino's own destination calls fsync at each flush, which cost a fifth of all CPU under load. */
function gatheredLines({ readable, colours }: LogStyle) {
  const shown = (line: string) => (readable ? readableLine(line, colours) : line)
  let waiting: string[] = []
  const flush = () => {
    if (waiting.length === 0) return
    const text = waiting.join('')
    waiting = []
    try {
      writeSync(STANDARD_ERROR, text)
    } catch {
      // Standard error is gone or full; there is nowhere to say so.
    }
  }
  return {
    flush,
    write(line: string) {
      waiting.push(shown(line))
      if (waiting.length >= MAX_LINES) flush()
    },
  }
}
