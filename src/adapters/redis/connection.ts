/** One connection to Redis at a time: dropped on the first failure, then retried until it works again. */
import { evaluate, isAnswer, joinRedis, meaning, probe, type ScriptName, within } from './client.ts'
import { createCallWatch } from './command-timeout.ts'
import { whyNoConnection } from './diagnosis.ts'

export interface RedisConnection {
  /** False from the first failure until Redis accepts a write again. */
  readonly standing: boolean
  /** Rejects if Redis does not answer in time or answers unexpectedly; the connection is then dropped. */
  run(script: ScriptName, args: string[]): Promise<unknown>
  /** Called now if connected, and after each reconnection before anything else is sent. */
  whenJoined(listener: () => void): void
  /** Resolves after the first attempt, successful or not. */
  triedOnce: Promise<void>
  close(): void
}

interface Parts {
  url: string
  deadlineMs: number
  onJoined(): void
  /** Called each time the connection is lost, and if the first attempt fails. */
  onLost(why: string): void
}

const LOOK_EVERY_MS = 500
/** Time limit for connecting, and for a test write. */
const JOIN_MS = 450
export function connectRedis({ url, deadlineMs, onJoined, onLost }: Parts): RedisConnection {
  let client: Bun.RedisClient | null = null
  let closed = false
  let looking = false
  let reported = false
  let joinedAtMs = 0
  const listeners: (() => void)[] = []

  const report = (why: string): void => {
    if (!reported && !closed) onLost(why)
    reported = true
  }
  const lost = (from: Bun.RedisClient, why: string): void => {
    if (client !== from) return
    client = null
    from.close()
    report(why)
    // One late answer is over a moment later; until then this process counts alone.
    if (performance.now() - joinedAtMs >= LOOK_EVERY_MS) void look()
  }
  const join = async (): Promise<void> => {
    const made = newClient(url)
    try {
      await within(JOIN_MS, joinRedis(made))
      // A Redis that answers more slowly than requests wait would be dropped again on the next one.
      await within(deadlineMs, probe(made))
      if (closed) return made.close()
      made.onclose = () => lost(made, 'it closed the connection')
      client = made
      joinedAtMs = performance.now()
      reported = false
      for (const listener of listeners) listener()
      onJoined()
    } catch (error) {
      made.close()
      if (!reported) report(isAnswer(error) ? meaning(error) : await whyNoConnection(url, JOIN_MS))
    }
  }
  /** Also pings an open connection, so that an idle gateway notices its loss before a request does. */
  const look = async (): Promise<void> => {
    if (looking || closed) return
    looking = true
    const at = client
    if (at === null) await join()
    else await within(JOIN_MS, probe(at)).catch((error) => lost(at, meaning(error)))
    looking = false
  }
  const calls = createCallWatch(deadlineMs)
  const triedOnce = look()
  const timer = setInterval(() => void look(), LOOK_EVERY_MS)
  timer.unref()

  return {
    get standing() {
      return client !== null
    },
    run(script, args) {
      const at = client
      if (at === null) return Promise.reject(new Error('Redis is lost'))
      return calls.watch(evaluate(at, script, args), (error) => lost(at, meaning(error)))
    },
    whenJoined(listener) {
      listeners.push(listener)
      if (client !== null) listener()
    },
    triedOnce,
    close() {
      closed = true
      clearInterval(timer)
      calls.stop()
      client?.close()
      client = null
    },
  }
}

/** Never reconnects on its own and queues nothing: a request falls back to this process's counters at once. */
function newClient(url: string): Bun.RedisClient {
  return new Bun.RedisClient(url, {
    autoReconnect: false,
    enableOfflineQueue: false,
    connectionTimeout: JOIN_MS,
  })
}
