/** How instances reach each other for the live view. */

/** Carries messages between instances. */
export interface LiveChannel {
  /** False while messages do not get through. */
  readonly standing: boolean
  /** Never fails, never waits. */
  publish(message: string): void
  stop(): void
}

export type OpenChannel = (receive: (message: string) => void) => LiveChannel
