/** The ledger thread as another front thread sees it: through a port, which is replaced if the thread is restarted. */
import { createLedgerQuestions, type LedgerThread } from './ledger-questions.ts'
import type { LedgerReply } from './ledger-thread.ts'

export interface LedgerPort extends LedgerThread {
  use(port: MessagePort): void
}

export function createLedgerPort(path: string): LedgerPort {
  const questions = createLedgerQuestions({
    open: { kind: 'open', path, publishedPrices: true },
    busy() {},
  })
  let current: MessagePort | null = null
  return {
    turns: questions.turns,
    execute: questions.execute,
    settle: questions.settle,
    use(port) {
      questions.lost('the ledger thread was restarted')
      current?.close()
      current = port
      port.onmessage = ({ data }) => questions.answered(data as LedgerReply)
      questions.attach((question) => port.postMessage(question))
    },
    async close() {
      current?.close()
    },
  }
}
