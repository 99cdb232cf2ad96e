/**
 * Counts and decodes tokens in a thread that starts on first use and ends when idle: the tables take 70 MB and a third of a
 * second to load, which must not block requests.
 */
import type { Tokenizer } from '../../usage/tokenizer.ts'
import type { Question, Solved, Work } from './counting-thread.ts'

/** Interrupted streams come in bursts: when an upstream fails, its thread stays useful for a while. */
const IDLE_MS = 30_000
/** A count takes milliseconds; one that takes this long will not finish. */
const SILENT_MS = 10_000

type Result = Solved['result']

interface Waiting {
  resolve(result: Result): void
  reject(error: Error): void
}

export function createTokenizer(idleMs = IDLE_MS): Tokenizer {
  const waiting = new Map<number, Waiting>()
  let thread: Worker | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  let latest = 0

  const end = () => {
    thread?.terminate()
    thread = null
  }
  const fail = (why: string) => {
    end()
    for (const { reject } of waiting.values()) reject(new Error(why))
    waiting.clear()
  }
  /**
   * With counts pending, the thread must answer in time; otherwise it may end, and does not keep the process
   * alive.
   */
  const watch = () => {
    clearTimeout(timer)
    if (waiting.size > 0) {
      thread?.ref()
      timer = setTimeout(() => fail('the counting thread is silent'), SILENT_MS)
      return
    }
    thread?.unref()
    timer = setTimeout(end, idleMs)
    timer.unref()
  }
  const start = (): Worker => {
    const started = new Worker(new URL('./counting-thread.ts', import.meta.url), { smol: true })
    started.onmessage = ({ data: { id, result } }: MessageEvent<Solved>) => {
      const asking = waiting.get(id)
      waiting.delete(id)
      if (result === undefined) asking?.reject(new Error('the tokens could not be counted'))
      else asking?.resolve(result)
      watch()
    }
    started.onerror = () => fail('the counting thread failed')
    return started
  }

  const solve = (work: Work): Promise<Result> => {
    const { promise, resolve, reject } = Promise.withResolvers<Result>()
    const question: Question = { id: ++latest, work }
    thread ??= start()
    waiting.set(question.id, { resolve, reject })
    thread.postMessage(question)
    if (waiting.size === 1) watch()
    return promise
  }

  return {
    count: async (model, text) => (text === '' ? 0 : Number(await solve({ model, text }))),
    decode: async (tokens) => (await solve({ tokens })) as string | null,
  }
}
