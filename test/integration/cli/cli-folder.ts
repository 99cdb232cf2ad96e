/** A data folder of its own and the command line on it, without a server. */
import { Database } from 'bun:sqlite'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqliteStore } from '../../../src/adapters/sql/store.ts'
import { type CliResult, environmentFor, runCli } from '../../support/processes/gateway-process.ts'

export interface CliFolder {
  dataDir: string
  cli(args: string[], more?: { stdin?: string; env?: Record<string, string> }): Promise<CliResult>
  /** The value that a command with --json wrote; throws where it failed. */
  json(args: string[], stdin?: string): Promise<unknown>
  rows(sql: string): unknown[]
  [Symbol.dispose](): void
}

/** An empty store, as `init` would make it but without users. */
const EMPTY = mkdtempSync(join(tmpdir(), 'gpt-proxy-empty-'))
await (await openSqliteStore({ path: join(EMPTY, 'gpt-proxy.sqlite') })).close()

/** With a store by default. */
export function cliFolder({ withStore = true } = {}): CliFolder {
  const dataDir = mkdtempSync(join(tmpdir(), 'gpt-proxy-cli-'))
  if (withStore) copyFileSync(join(EMPTY, 'gpt-proxy.sqlite'), join(dataDir, 'gpt-proxy.sqlite'))
  const env = environmentFor(dataDir)
  const cli: CliFolder['cli'] = (args, more = {}) =>
    runCli(args, { ...env, ...more.env }, more.stdin)
  return {
    dataDir,
    cli,
    async json(args, stdin) {
      const { exitCode, stdout, stderr } = await cli(
        [...args, '--json'],
        stdin === undefined ? {} : { stdin },
      )
      if (exitCode !== 0) throw new Error(`${args.join(' ')}: exit ${exitCode}: ${stderr}`)
      return JSON.parse(stdout)
    },
    rows(sql) {
      using database = new Database(join(dataDir, 'gpt-proxy.sqlite'), { readwrite: true })
      return database.query(sql).all()
    },
    [Symbol.dispose]: () => rmSync(dataDir, { recursive: true, force: true }),
  }
}
