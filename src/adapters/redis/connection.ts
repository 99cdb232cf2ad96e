/** One connection to Redis at a time: dropped on the first failure, then retried until it works again. */
import { createCallWatch, Late } from './command-timeout.ts'
import { whyNoConnection } from './diagnosis.ts'
import { CORRECT, PREFIX, PROBE, TAKE } from './scripts.ts'
import { ENTER, LEAVE, OPEN_SESSION, RENEW } from './slot-scripts.ts'
import { RECALL, REMEMBER } from './thought-scripts.ts'

export interface RedisConnection {
  /** False from the first failure until Redis accepts a write again. */
  readonly standing: boolean
  /** Rejects if Redis does not answer in time or answers unexpectedly; the connection is then dropped. */
  run(script: ScriptName, args: string[]): Promise<unknown>
  /** Called now if it stands, and each time that it stands again, before anything else is sent. */
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
const SOURCES = {
  take: TAKE,
  correct: CORRECT,
  enter: ENTER,
  leave: LEAVE,
  renew: RENEW,
  openSession: OPEN_SESSION,
  recall: RECALL,
  remember: REMEMBER,
}
type ScriptName = keyof typeof SOURCES
const SHA = Object.fromEntries(
  Object.entries(SOURCES).map(([name, source]) => [name, sha1(source)]),
) as Record<ScriptName, string>

export function connectRedis({ url, deadlineMs, onJoined, onLost }: Parts): RedisConnection {
  let client: Bun.RedisClient | null = null
  let closed = false
  let looking = false
  let told = false
  const listeners: (() => void)[] = []

  const tell = (why: string): void => {
    if (!told && !closed) onLost(why)
    told = true
  }
  const lost = (from: Bun.RedisClient, why: string): void => {
    if (client !== from) return
    client = null
    from.close()
    tell(why)
  }
  const join = async (): Promise<void> => {
    const made = new Bun.RedisClient(url, {
      autoReconnect: false,
      enableOfflineQueue: false,
      connectionTimeout: JOIN_MS,
    })
    try {
      await within(JOIN_MS, prepare(made))
      // A Redis that answers more slowly than requests wait would be dropped again on the next one.
      await within(deadlineMs, probe(made))
      if (closed) return made.close()
      made.onclose = () => lost(made, 'it closed the connection')
      client = made
      told = false
      for (const listener of listeners) listener()
      onJoined()
    } catch (error) {
      made.close()
      if (!told) tell(isAnswer(error) ? meaning(error) : await whyNoConnection(url, JOIN_MS))
    }
  }
  /** So that an idle gateway notices the loss before a request does. */
  const check = async (at: Bun.RedisClient): Promise<void> => {
    await within(JOIN_MS, probe(at)).catch((error) => lost(at, meaning(error)))
  }
  const look = async (): Promise<void> => {
    if (looking) return
    looking = true
    await (client === null ? join() : check(client))
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
      return new Promise((resolve, reject) => {
        const call = calls.begin((error) => {
          lost(at, meaning(error))
          reject(error)
        })
        const answered = (answer: unknown) => {
          call.done = true
          resolve(answer)
        }
        at.send('EVALSHA', [SHA[script], ...args]).then(answered, (error) => {
          if (!isForgotten(error)) return call.fail(error)
          // EVAL with the whole script makes Redis cache it again.
          at.send('EVAL', [SOURCES[script], ...args]).then(answered, call.fail)
        })
      })
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

async function prepare(client: Bun.RedisClient): Promise<void> {
  await client.connect()
  for (const source of Object.values(SOURCES)) await client.send('SCRIPT', ['LOAD', source])
}

function probe(client: Bun.RedisClient): Promise<unknown> {
  return client.send('EVAL', [PROBE, '1', `${PREFIX}probe`])
}

/** A Redis that was flushed or restarted has lost its script cache. */
function isForgotten(error: unknown): boolean {
  return /^NOSCRIPT/.test((error as Error).message)
}

/** Don't count an event-loop stall against Redis: read pending replies first. */
function within<T>(ms: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new Late(`it did not answer within ${ms} ms`))
    const timer = setTimeout(() => setImmediate(() => setImmediate(late)), ms)
    work.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

/** A timeout or an error reply from Redis; for anything else there is no connection to ask about the cause. */
function isAnswer(error: unknown): boolean {
  return error instanceof Late || codeIn(error) !== null
}

function meaning(error: unknown): string {
  if (error instanceof Late) return error.message
  const code = codeIn(error)
  return code === null ? 'it closed the connection' : `it answers ${code}`
}

/** Only the first word of the error: the rest may repeat the command. */
function codeIn(error: unknown): string | null {
  return /^-?([A-Z]{3,})\b/.exec((error as Error).message)?.[1] ?? null
}

function sha1(text: string): string {
  return new Bun.CryptoHasher('sha1').update(text).digest('hex')
}
