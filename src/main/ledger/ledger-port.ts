/** The ledger thread as another front thread sees it: through a port, which is replaced if the thread is restarted. */
import { createLedgerQuestions, type LedgerThread } from './ledger-questions.ts'
import type { LedgerReply } from './ledger-thread.ts'

export interface LedgerConnection {
  /** Called with a port to the ledger thread. */
  use(port: MessagePort): void
  /** The SQLite file, once there was a port. */
  open(path: string): LedgerThread
}

export function createLedgerConnection(): LedgerConnection {
  let current: MessagePort | null = null
  let changed: (port: MessagePort) => void = () => {}
  return {
    use(port) {
      current?.close()
      current = port
      changed(port)
    },
    open(path) {
      const questions = createLedgerQuestions({
        open: { kind: 'open', path, publishedPrices: true },
        busy() {},
      })
      changed = (port) => {
        questions.lost('the ledger thread was restarted')
        port.onmessage = ({ data }) => questions.answered(data as LedgerReply)
        questions.attach((question) => port.postMessage(question))
      }
      if (current !== null) changed(current)
      const { turns, execute, settle } = questions
      return { turns, execute, settle, close: async () => current?.close() }
    },
  }
}
