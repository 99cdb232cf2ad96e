/** Idle connections by origin; the most recently used one is taken first. */
import type { Connection } from './http1-connection.ts'

interface Idle {
  connection: Connection
  sinceMs: number
}

/** Most servers close an idle connection after a minute or later; ours close sooner. */
const IDLE_MS = 50_000
const SWEEP_MS = 5_000

export function createIdlePool() {
  const origins = new Map<string, Idle[]>()
  let timer: ReturnType<typeof setInterval> | null = null

  const sweep = () => {
    const oldestMs = performance.now() - IDLE_MS
    for (const [origin, idle] of origins) {
      const expired = idle.filter(({ sinceMs }) => sinceMs < oldestMs)
      for (const { connection } of expired) connection.destroy()
      if (idle.length === 0) origins.delete(origin)
    }
    if (origins.size > 0 || timer === null) return
    clearInterval(timer)
    timer = null
  }

  return {
    take(origin: string): Connection | null {
      return origins.get(origin)?.pop()?.connection ?? null
    },
    /** Handles the events of a connection to this origin. */
    watcherOf(origin: string) {
      return {
        idle(connection: Connection): void {
          const entry = { connection, sinceMs: performance.now() }
          const others = origins.get(origin)
          if (others === undefined) origins.set(origin, [entry])
          else others.push(entry)
          if (timer !== null) return
          timer = setInterval(sweep, SWEEP_MS)
          timer.unref()
        },
        gone(connection: Connection): void {
          const idle = origins.get(origin)
          const at = idle?.findIndex((one) => one.connection === connection) ?? -1
          if (at >= 0) idle?.splice(at, 1)
        },
      }
    },
  }
}
