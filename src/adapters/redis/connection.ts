/** One connection to Redis at a time: lost at the first miss, and looked for again until it is there. */
import { createCallWatch, Late } from './command-timeout.ts'
import { whyNoConnection } from './diagnosis.ts'
import { CORRECT, PREFIX, PROBE, TAKE } from './scripts.ts'

export interface RedisConnection {
  /** False from the first failure until Redis took a write again. */
  readonly standing: boolean
  /** Rejects where Redis did not answer in time, or not as asked; then it is lost. */
  run(script: 'take' | 'correct', args: string[]): Promise<unknown>
  /** Resolves after the first try, whatever came of it. */
  triedOnce: Promise<void>
  close(): void
}

interface Parts {
  url: string
  deadlineMs: number
  onJoined(): void
  /** Once for each time that it is lost, or was not there at the first try. */
  onLost(why: string): void
}

const LOOK_EVERY_MS = 500
/** A connection is made and a write done within this. */
const JOIN_MS = 450
const SOURCES = { take: TAKE, correct: CORRECT }
const SHA = { take: sha1(TAKE), correct: sha1(CORRECT) }

export function connectRedis({ url, deadlineMs, onJoined, onLost }: Parts): RedisConnection {
  let client: Bun.RedisClient | null = null
  let closed = false
  let looking = false
  let told = false

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
      // One that answers later than requests wait would be lost again at the next of them.
      await within(deadlineMs, probe(made))
      if (closed) return made.close()
      made.onclose = () => lost(made, 'it closed the connection')
      client = made
      told = false
      onJoined()
    } catch (error) {
      made.close()
      if (!told) tell(isAnswer(error) ? meaning(error) : await whyNoConnection(url, JOIN_MS))
    }
  }
  /** So that a gateway without requests notices it too, before a request has to. */
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
          // AttemptResult whole, it is kept again.
          at.send('EVAL', [SOURCES[script], ...args]).then(answered, call.fail)
        })
      })
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

/** A Redis that was flushed or restarted has forgotten the script. */
function isForgotten(error: unknown): boolean {
  return /^NOSCRIPT/.test((error as Error).message)
}

/** A process that stood still is not to blame Redis: what has come meanwhile is read first. */
function within<T>(ms: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new Late(`it did not answer within ${ms} ms`))
    const timer = setTimeout(() => setImmediate(() => setImmediate(late)), ms)
    work.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

/** Late, or a refusal of its own; in any other case there is no connection to ask why. */
function isAnswer(error: unknown): boolean {
  return error instanceof Late || codeIn(error) !== null
}

function meaning(error: unknown): string {
  if (error instanceof Late) return error.message
  const code = codeIn(error)
  return code === null ? 'it closed the connection' : `it answers ${code}`
}

/** Only the first word of what it says: the rest may repeat what it was asked. */
function codeIn(error: unknown): string | null {
  return /^-?([A-Z]{3,})\b/.exec((error as Error).message)?.[1] ?? null
}

function sha1(text: string): string {
  return new Bun.CryptoHasher('sha1').update(text).digest('hex')
}
