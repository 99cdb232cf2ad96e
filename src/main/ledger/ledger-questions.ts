/** Questions to the ledger thread and their replies, whichever way they go there. */
import { fromPortable, type ThreadResult } from '../../adapters/sql/sqlite/sql-thread.ts'
import {
  type ConnectionLock,
  createConnectionLock,
  type SqlThread,
} from '../../adapters/sql/sqlite/thread-dialect.ts'
import type { UsageStore } from '../../usage/store.ts'
import type { LedgerQuestion, LedgerReply, LedgerRequest } from './ledger-thread.ts'
import { createLineWriter, lineOf } from './shared-lines.ts'

export interface LedgerThread extends SqlThread, UsageStore {
  turns: ConnectionLock
}

type Value = ThreadResult | number | null
type Post = (question: LedgerQuestion) => void

export interface LedgerQuestions extends UsageStore, Pick<SqlThread, 'execute'> {
  turns: ConnectionLock
  /** Says how questions are sent from now on; the next one is preceded by `open`. */
  attach(post: Post): void
  answered(reply: LedgerReply): void
  /** Rejects all that wait for a reply. */
  lost(why: string): void
}

interface Parts {
  open: Extract<LedgerRequest, { kind: 'open' }>
  /** Called when the first reply is awaited, and when none is any more. */
  busy(isBusy: boolean): void
}

export function createLedgerQuestions({ open, busy }: Parts): LedgerQuestions {
  const waiting = new Map<number, PromiseWithResolvers<Value>>()
  const turns = createConnectionLock()
  const writeLines = createLineWriter()
  let latest = 0
  let isOpen = false
  let post: Post | null = null

  const ask = (to: Post, request: LedgerRequest): Promise<Value> => {
    const question: LedgerQuestion = { id: ++latest, request }
    const pending = Promise.withResolvers<Value>()
    waiting.set(question.id, pending)
    to(question)
    busy(true)
    return pending.promise
  }
  const send = async (request: LedgerRequest): Promise<Value> => {
    if (post === null) throw new Error('the ledger thread is not connected')
    if (!isOpen) {
      isOpen = true
      // A failure to open appears in the request that follows.
      ask(post, open).catch(() => {})
    }
    return ask(post, request)
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
    attach(way) {
      post = way
      isOpen = false
    },
    answered(data) {
      const pending = waiting.get(data.id)
      waiting.delete(data.id)
      if (waiting.size === 0) busy(false)
      if ('error' in data) pending?.reject(fromPortable(data.error))
      else pending?.resolve(data.value)
    },
    lost(why) {
      isOpen = false
      for (const { reject } of waiting.values()) reject(new Error(why))
      waiting.clear()
    },
  }
}
