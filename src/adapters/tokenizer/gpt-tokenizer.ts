/**
 * Counts tokens in a thread that is started at the first need and ended when it is idle: the tables
 * take 70 MB and a third of a second to load, for which nobody else is to wait.
 */
import type { Tokenizer } from '../../usage/tokenizer.ts'
import type { Counted, Question } from './counting-thread.ts'

/** Cut streams come in crowds: where one upstream fails, its thread is of use for a while. */
const IDLE_MS = 30_000
/** A count takes milliseconds; whatever takes this long will not end. */
const SILENT_MS = 10_000

interface Waiting {
  resolve(tokens: number): void
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
  /** While somebody waits, it must answer; else it may be ended, and keeps no process from ending. */
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
    started.onmessage = ({ data: { id, tokens } }: MessageEvent<Counted>) => {
      const asking = waiting.get(id)
      waiting.delete(id)
      if (tokens === null) asking?.reject(new Error('the tokens could not be counted'))
      else asking?.resolve(tokens)
      watch()
    }
    started.onerror = () => fail('the counting thread failed')
    return started
  }

  return {
    count(model, text) {
      if (text === '') return Promise.resolve(0)
      const { promise, resolve, reject } = Promise.withResolvers<number>()
      const question: Question = { id: ++latest, model, text }
      thread ??= start()
      waiting.set(question.id, { resolve, reject })
      thread.postMessage(question)
      if (waiting.size === 1) watch()
      return promise
    },
  }
}
