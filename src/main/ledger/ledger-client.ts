/** The client of the ledger thread, which it restarts if the thread ends unexpectedly. */
import { fromPortable, type ThreadResult } from '../../adapters/sql/sqlite/sql-thread.ts'
import {
  createTurns,
  type SqlThread,
  type Turns,
} from '../../adapters/sql/sqlite/thread-dialect.ts'
import type { UsageStore } from '../../usage/store.ts'
import type { LedgerQuestion, LedgerReply, LedgerRequest } from './ledger-thread.ts'
import { createLineWriter, lineOf } from './shared-lines.ts'

export interface LedgerThread extends SqlThread, UsageStore {
  turns: Turns
}

type Value = ThreadResult | number | null

/** `path`: an SQLite file, which must exist with the current schema when the first request is sent. */
export function startLedgerThread(path: string, publishedPrices = true): LedgerThread {
  const waiting = new Map<number, PromiseWithResolvers<Value>>()
  const turns = createTurns()
  const writeLines = createLineWriter()
  let latest = 0
  let isOpen = false

  const ask = (worker: Worker, request: LedgerRequest): Promise<Value> => {
    const question: LedgerQuestion = { id: ++latest, request }
    const pending = Promise.withResolvers<Value>()
    waiting.set(question.id, pending)
    // A pending reply must keep the process alive; an idle thread must not.
    worker.ref()
    worker.postMessage(question)
    return pending.promise
  }
  const failed = (why: string): void => {
    thread?.terminate()
    thread = null
    isOpen = false
    for (const { reject } of waiting.values()) reject(new Error(why))
    waiting.clear()
  }
  const spawn = (): Worker => {
    const worker = new Worker(new URL('./ledger-thread.ts', import.meta.url), { smol: true })
    worker.onmessage = ({ data }: MessageEvent<LedgerReply>) => {
      const pending = waiting.get(data.id)
      waiting.delete(data.id)
      if (waiting.size === 0) worker.unref()
      if ('error' in data) pending?.reject(fromPortable(data.error))
      else pending?.resolve(data.value)
    }
    worker.onerror = ({ message }) => {
      if (worker === thread) failed(`the ledger thread failed: ${message}`)
    }
    worker.unref()
    return worker
  }
  // Immediately, so that it loads while this thread prepares the file.
  let thread: Worker | null = spawn()
  const send = (request: LedgerRequest): Promise<Value> => {
    thread ??= spawn()
    if (!isOpen) {
      isOpen = true
      // A failure to open appears in the request that follows.
      ask(thread, { kind: 'open', path, publishedPrices }).catch(() => {})
    }
    return ask(thread, request)
  }

  return {
    turns,
    execute: async (statement) => (await send({ kind: 'execute', statement })) as ThreadResult,
    async settle(records, instanceId, lines = records.map(lineOf)) {
      if (records.length === 0) return 0
      const release = await turns.take()
      try {
        const request = { kind: 'settle', lines: writeLines(lines), instanceId } as const
        return (await send(request)) as number
      } finally {
        release()
      }
    },
    async close() {
      const worker = thread
      if (worker === null) return
      thread = null
      const { promise: ended, resolve } = Promise.withResolvers<unknown>()
      worker.addEventListener('close', resolve)
      worker.ref()
      const question: LedgerQuestion = { id: ++latest, request: { kind: 'close' } }
      worker.postMessage(question)
      await ended
    },
  }
}
