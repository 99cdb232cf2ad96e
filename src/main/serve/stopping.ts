/** How the process ends: on a signal, on a second one, and when one of its threads fails. */
import type { ClosableLogger } from '../../adapters/log/pino-logger.ts'
import { EXIT_CODES } from '../../cli/exit-codes.ts'

/** Resolves at the first signal; from then on another one ends the process at once. */
export async function stopped(
  logger: ClosableLogger,
  stop: Promise<NodeJS.Signals>,
  drainMs: number,
): Promise<void> {
  const signal = await stop
  logger.info({ signal, drainMs }, 'stopping: finishing requests in flight')
  logger.flush()
  onSecondSignal(() => exitImmediately(logger))
}

export function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => resolve(name))
  })
}

/**
 * Under `npm start` one Ctrl-C arrives twice: from the terminal, and from npm, which forwards its own. Only a
 * later signal means that the operator does not want to wait.
 */
const SAME_SIGNAL_MS = 1_000

function onSecondSignal(work: () => void): void {
  const firstMs = performance.now()
  for (const name of ['SIGTERM', 'SIGINT'] as const)
    process.on(name, () => {
      if (performance.now() - firstMs > SAME_SIGNAL_MS) work()
    })
}

/** A gateway that serves some of its connections would be noticed late. */
export function endAll(logger: ClosableLogger, what: { thread: number; reason: string }): void {
  logger.error(what, 'a thread that serves requests failed, so the gateway ends')
  logger.flush()
  process.exit(EXIT_CODES.failed)
}

/** The second signal: the operator does not want to wait. */
function exitImmediately(logger: {
  warn(fields: object, message: string): void
  flush(): void
}): void {
  logger.warn({}, 'second stop signal: streams are cut')
  logger.flush()
  process.exit(EXIT_CODES.failed)
}

/** Returns the exit code. What a stop that fails could not store waits in the journal. */
export async function finish(
  logger: Pick<ClosableLogger, 'info' | 'error' | 'flush'>,
  shutDown: () => Promise<void>,
): Promise<number> {
  try {
    await shutDown()
    logger.info({}, 'stopped')
    return EXIT_CODES.ok
  } catch (error) {
    logger.error({ error: String(error) }, 'the stop failed; the next start stores what is left')
    return EXIT_CODES.failed
  } finally {
    logger.flush()
  }
}
