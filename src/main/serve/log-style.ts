/** How the log of this process looks: for people at a terminal, otherwise for programs. */
import type { LogStyle } from '../../adapters/log/pino-logger.ts'

export function logStyle(environment: Readonly<Record<string, string | undefined>>): LogStyle {
  return { readable: process.stderr.isTTY === true, colours: !environment.NO_COLOR }
}
