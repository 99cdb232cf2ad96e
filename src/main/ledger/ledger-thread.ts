/**
 * The thread that owns the embedded store's connection while the gateway serves: an entry point of its
 * own, also in the executable. It runs statements, and stores batches of usage records as a whole, for the
 * thread that started it and for those whose ports it is given.
 */
import type { Database } from 'bun:sqlite'
import { connectSqlite } from '../../adapters/sql/sqlite/connect.ts'
import {
  createStatementRunner,
  type PortableError,
  type ThreadResult,
  type ThreadStatement,
  toPortable,
} from '../../adapters/sql/sqlite/sql-thread.ts'
import type { UsageStore } from '../../usage/store.ts'
import { loadWithFiles } from '../compose/load-with-files.ts'
import { createConnectionTurns } from './connection-turns.ts'
import { readLines, type SharedLines } from './shared-lines.ts'

export type LedgerRequest =
  /** Without published prices, only models with an operator's own price are priced. */
  | { kind: 'open'; path: string; publishedPrices: boolean }
  | { kind: 'execute'; statement: ThreadStatement }
  | { kind: 'settle'; lines: SharedLines; instanceId: string }
  /** Another thread that may use the connection. */
  | { kind: 'join'; port: MessagePort }
  /** Ends the thread, without a reply. */
  | { kind: 'close' }

export interface LedgerQuestion {
  id: number
  request: LedgerRequest
}

export type LedgerReply =
  | { id: number; value: ThreadResult | number | null }
  | { id: number; error: PortableError }

declare const self: Worker

interface Opened {
  database: Database
  path: string
  publishedPrices: boolean
  run: (statement: ThreadStatement) => ThreadResult
  /** Loaded after startup, because loading the price list takes longer than startup may. */
  ledger: Promise<UsageStore> | null
}

/** Not with the first batch: by then the process may have run out of file descriptors. */
const LOAD_LEDGER_AFTER_MS = 20

/** Sends questions and gets the replies: the thread that started this one, or a port. */
interface Client {
  postMessage(reply: LedgerReply): void
}

let opening: Promise<Opened> | null = null
let opened: Opened | null = null
const turns = createConnectionTurns<Client>()

self.onmessage = ({ data }: MessageEvent<LedgerQuestion>) => {
  const { request } = data
  if (request.kind === 'join') join(request.port)
  else void answer(self, data)
}

function join(port: MessagePort): void {
  port.onmessage = ({ data }) => void answer(port, data as LedgerQuestion)
}

async function answer(client: Client, { id, request }: LedgerQuestion): Promise<void> {
  let reply: LedgerReply
  try {
    reply = { id, value: await handle(client, request) }
  } catch (error) {
    reply = { id, error: toPortable(error) }
  }
  client.postMessage(reply)
}

async function handle(
  client: Client,
  request: LedgerRequest,
): Promise<ThreadResult | number | null> {
  switch (request.kind) {
    case 'open':
      opening ??= openAt(request.path, request.publishedPrices)
      opened = await opening
      return null
    case 'execute': {
      const { statement } = request
      return turns.run(client, statement.text, () => open().run(statement))
    }
    case 'settle':
      return turns.whole(client, async () => {
        const records = readLines(request.lines)
        return (await ledgerOf(open())).settle(records, request.instanceId)
      })
    case 'join':
      return null
    case 'close':
      opened?.database.close()
      // The thread ends itself: dozens of threads terminated from outside kept their process from exiting.
      return process.exit(0)
  }
}

async function openAt(path: string, publishedPrices: boolean): Promise<Opened> {
  try {
    const database = await connectSqlite(path)
    const run = createStatementRunner(database, path)
    const store: Opened = { database, path, publishedPrices, run, ledger: null }
    setTimeout(() => ledgerOf(store).catch(() => {}), LOAD_LEDGER_AFTER_MS)
    return store
  } catch (error) {
    opening = null
    throw error
  }
}

function open(): Opened {
  if (opened === null) throw new Error('the embedded store is closed')
  return opened
}

function ledgerOf(store: Opened): Promise<UsageStore> {
  store.ledger ??= loadWithFiles(() => import('./thread-ledger.ts')).then(({ openThreadLedger }) =>
    openThreadLedger(store.database, store.path, store.publishedPrices),
  )
  // A failure to load fails only the current batch; the next one retries.
  store.ledger.catch(() => {
    store.ledger = null
  })
  return store.ledger
}
