/** gpt-proxy migrate import */
import type { Command } from 'commander'
import type { PredecessorImport } from '../../admin/predecessor/import.ts'
import type { CliContext } from '../context.ts'
import { type OutputOptions, withExamples, withJson } from '../options.ts'
import { printRows } from '../output.ts'

interface ImportOptions extends OutputOptions {
  keyFile?: string
  leaveOut?: boolean
}

export function addMigrateImport(migrate: Command, context: CliContext): void {
  const command = migrate
    .command('import')
    .description(
      "take over users, keys and usage from the predecessor's database (FastAPI and SQLAlchemy): all or nothing; can be repeated",
    )
    .argument('[source]', 'its SQLite file or PostgreSQL URL; otherwise GPT_PROXY_OLD_DATABASE')
    .option(
      '--key-file <file>',
      'its ENCRYPTION_KEY, or its .env file; otherwise GPT_PROXY_OLD_ENCRYPTION_KEY',
    )
    .option('--leave-out', 'leave out rows that cannot be imported instead of importing nothing')
  withExamples(
    withJson(command),
    'gpt-proxy migrate import old.db --key-file old.env',
    'gpt-proxy migrate import postgresql+psycopg2://gpt_proxy:secret@127.0.0.1/old --key-file old.env',
  ).action(async (source: string | undefined, options: ImportOptions) => {
    const { keyFile = null, leaveOut = false, json } = options
    const input = { source: source ?? null, keyFile, leaveOut }
    const result = await context.importPredecessor(input)
    printRows(context, summary(result), { json })
    for (const line of notes(result)) context.writeError(`${line}\n`)
  })
}

function summary({ users, keys, upstreams, usage }: PredecessorImport) {
  const row = (what: string, { imported, known }: { imported: number; known: number }) => ({
    what,
    imported,
    here_before: known,
  })
  return [
    row('users', users),
    row('proxy keys', keys),
    row('upstream keys', upstreams),
    row('requests', usage.requests),
    row('sums beyond the requests', { imported: usage.remainders, known: 0 }),
  ]
}

function notes({ usage, leftOut, ignoredColumns }: PredecessorImport): string[] {
  const { requests, tokens } = usage
  return [
    `The totals agree: ${tokens} tokens of the predecessor are in the ledger.`,
    ...leftOut.map((reason) => `left out: ${reason}`),
    ...(requests.leftOut > 0
      ? [`left out: ${requests.leftOut} requests of users that are gone`]
      : []),
    ...(ignoredColumns.length > 0
      ? [`Columns that nothing here corresponds to: ${ignoredColumns.join(', ')}`]
      : []),
  ]
}
