/** The client of the ledger thread, which it restarts if the thread ends unexpectedly. */
import { createLedgerQuestions, type LedgerThread } from './ledger-questions.ts'
import type { LedgerQuestion, LedgerReply } from './ledger-thread.ts'

/** Takes a port to the ledger thread; called again with another one if the thread was restarted. */
export type TakesPort = (port: MessagePort) => void

export interface OwnLedgerThread extends LedgerThread {
  /** Connects another thread of this process to the ledger thread. */
  connect(takesPort: TakesPort): void
}

/** `path`: an SQLite file, which must exist with the current schema when the first request is sent. */
export function startLedgerThread(path: string, publishedPrices = true): OwnLedgerThread {
  const connected: TakesPort[] = []
  const questions = createLedgerQuestions({
    open: { kind: 'open', path, publishedPrices },
    // A pending reply must keep the process alive; an idle thread must not.
    busy(isBusy) {
      if (isBusy) thread?.ref()
      else thread?.unref()
    },
  })

  const failed = (why: string): void => {
    thread?.terminate()
    thread = null
    questions.lost(why)
  }
  const join = (worker: Worker, takesPort: TakesPort): void => {
    const { port1, port2 } = new MessageChannel()
    const question: LedgerQuestion = { id: 0, request: { kind: 'join', port: port1 } }
    worker.postMessage(question, [port1])
    takesPort(port2)
  }
  const spawn = (): Worker => {
    const worker = new Worker(new URL('./ledger-thread.ts', import.meta.url), { smol: true })
    worker.onmessage = ({ data }: MessageEvent<LedgerReply>) => questions.answered(data)
    worker.onerror = ({ message }) => {
      if (worker === thread) failed(`the ledger thread failed: ${message}`)
    }
    worker.unref()
    for (const takesPort of connected) join(worker, takesPort)
    return worker
  }
  // Immediately, so that it loads while this thread prepares the file.
  let thread: Worker | null = spawn()
  questions.attach((question) => {
    thread ??= spawn()
    thread.postMessage(question)
  })

  return {
    turns: questions.turns,
    execute: questions.execute,
    settle: questions.settle,
    connect(takesPort) {
      connected.push(takesPort)
      if (thread !== null) join(thread, takesPort)
    },
    async close() {
      const worker = thread
      if (worker === null) return
      thread = null
      const { promise: ended, resolve } = Promise.withResolvers<unknown>()
      worker.addEventListener('close', resolve)
      worker.ref()
      const question: LedgerQuestion = { id: 0, request: { kind: 'close' } }
      worker.postMessage(question)
      await ended
    },
  }
}
