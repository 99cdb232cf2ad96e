/** What a connection to Redis does with its client: loads the scripts, runs one, and reads errors. */
import { Late } from './command-timeout.ts'
import { CORRECT, PREFIX, PROBE, TAKE } from './scripts.ts'
import { ENTER, LEAVE, OPEN_SESSION, RENEW, STOP_WAITING, WAIT } from './slot-scripts.ts'
import { RECALL, REMEMBER } from './thought-scripts.ts'

const SOURCES = {
  take: TAKE,
  correct: CORRECT,
  enter: ENTER,
  leave: LEAVE,
  renew: RENEW,
  openSession: OPEN_SESSION,
  wait: WAIT,
  stopWaiting: STOP_WAITING,
  recall: RECALL,
  remember: REMEMBER,
}
export type ScriptName = keyof typeof SOURCES
const SHA = Object.fromEntries(
  Object.entries(SOURCES).map(([name, source]) => [name, sha1(source)]),
) as Record<ScriptName, string>

/** Connects, and loads all scripts. */
export async function joinRedis(client: Bun.RedisClient): Promise<void> {
  await client.connect()
  for (const source of Object.values(SOURCES)) await client.send('SCRIPT', ['LOAD', source])
}

/** Redis accepts a write. */
export function probe(client: Bun.RedisClient): Promise<unknown> {
  return client.send('EVAL', [PROBE, '1', `${PREFIX}probe`])
}

/** A Redis that was flushed or restarted has lost its script cache. */
function isForgotten(error: unknown): boolean {
  return /^NOSCRIPT/.test((error as Error).message)
}

/** Rejects with `Late`. A stall of the event loop is not counted against Redis: pending replies are read first. */
export function within<T>(ms: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new Late(`it did not answer within ${ms} ms`))
    const timer = setTimeout(() => setImmediate(() => setImmediate(late)), ms)
    work.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

/** Sends the whole script if Redis has forgotten it, so that Redis caches it again. */
export function evaluate(
  client: Bun.RedisClient,
  script: ScriptName,
  args: readonly string[],
): Promise<unknown> {
  return client.send('EVALSHA', [SHA[script], ...args]).catch((error) => {
    if (!isForgotten(error)) throw error
    return client.send('EVAL', [SOURCES[script], ...args])
  })
}

/** A timeout or an error reply. After anything else there is no connection, and `diagnosis.ts` finds the cause. */
export function isAnswer(error: unknown): boolean {
  return error instanceof Late || codeIn(error) !== null
}

/** Why an attempt failed, in words for the log. */
export function meaning(error: unknown): string {
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
