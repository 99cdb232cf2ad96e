/** The server's clock: a countdown must be right where the browser's clock is wrong. */

let offsetMs = 0

/** Learns the difference from a time the server has just sent. */
export function syncClock(serverNow: string): void {
  const at = Date.parse(serverNow)
  if (!Number.isNaN(at)) offsetMs = at - Date.now()
}

/** Milliseconds since 1970 by the server's clock. */
export function serverNow(): number {
  return Date.now() + offsetMs
}
