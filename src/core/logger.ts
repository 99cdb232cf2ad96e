/** Structured logging: fields first, then a constant message. Never pass a key or a prompt. */
export interface Logger {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
  /** Logs a finished request: at level warn if it failed with a 5xx, otherwise at info. */
  requestFinished(fields: { status?: number }): void
}
