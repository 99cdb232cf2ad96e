/** JSON lines on standard error, written behind the requests. */
import pino from 'pino'
import type { Logger } from '../../ports/logger.ts'

export interface ClosableLogger extends Logger {
  /** Writes what is still in memory. */
  flush(): void
}

/** Lines are gathered up to this size or this long, so that logging costs a request no system call. */
const BUFFER_BYTES = 8 * 1024
const FLUSH_EVERY_MS = 100

export function createPinoLogger(level: string): ClosableLogger {
  const destination = pino.destination({ dest: 2, sync: true, minLength: BUFFER_BYTES })
  const logger = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination)
  const flush = () => {
    try {
      destination.flushSync()
    } catch {
      // Standard error is gone or full; there is nowhere to say so.
    }
  }
  setInterval(flush, FLUSH_EVERY_MS).unref()
  return {
    debug: (fields, message) => logger.debug(fields, message),
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error: (fields, message) => logger.error(fields, message),
    flush,
  }
}
