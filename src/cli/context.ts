/** What the commands need from the program around them. */

import type { Admin } from '../admin/admin.ts'
import type { Actor } from '../admin/changes.ts'
import type { CommandAdmin } from '../admin/command-admin.ts'
import type { PredecessorImport } from '../admin/predecessor/import.ts'
import type { Setting } from '../config/settings.ts'
import type { Config } from '../config.ts'
import type { DoctorOptions } from '../doctor/options.ts'
import type { Report } from '../doctor/report.ts'
import type { Language } from '../doctor/text.ts'

/** The actor of a command's changes, for the audit log. */
export const CLI_ACTOR: Actor = { name: 'cli', address: null }

export interface ChatReply {
  status: number
  requestId: string | null
  body: AsyncIterable<Uint8Array>
}

export interface ChatGateway {
  /** Sends it a chat request. */
  ask(body: object): Promise<ChatReply>
  close(): Promise<void>
}

export interface FirstKeys {
  adminKey: string
  proxyKey: string
  /** The file that holds the keys until an operator has seen them. */
  file: string
}

export interface FirstStartReport {
  /** Keys imported from the variables. */
  imported: number
  /** Keys in the variables that an operator had removed; they were skipped. */
  removedBefore: number
  /** True if this created the first users and keys. */
  isFirst: boolean
  /** The first keys, if no terminal has shown them yet. */
  unseenKeys: FirstKeys | null
}

export interface CopyReport {
  tables: readonly { table: string; rows: number }[]
  /** The file whose content ENCRYPTION_KEY needs from now on; null if it is set. */
  keyFile: string | null
}

export interface PredecessorInput {
  /** An SQLite file or a PostgreSQL URL; null: from the variable. */
  source: string | null
  /** A file with its encryption key; null: from the variable. */
  keyFile: string | null
  /** Leaves out rows that can't be imported. */
  leaveOut: boolean
}

export interface BackupReport {
  file: string
  bytes: number
  /** null if the key was not requested. */
  key_file: string | null
  /** The file or variable that contains the key. */
  key_is_in: string
}

export interface RestoreOptions {
  withKey: boolean
  anyKey: boolean
}

export interface RestoreReport {
  users: number
  proxy_keys: number
  upstream_keys: number
  usage_records: number
  /** The next start applies them. */
  migrations_to_come: number
  /** Where the previous store is. */
  old_store: string | null
  old_key: string | null
}

export interface HealthReport {
  url: string
  /** True if it accepts requests, even if a part of it is unavailable. */
  ready: boolean
  status: string
  services: Readonly<Record<string, string>>
}

export interface Migrations {
  /** Runs pending migrations and returns their names. */
  up(): Promise<string[]>
  status(): Promise<readonly { name: string; executedAt: Date | null }[]>
}

export type OpenAdmin = Admin & {
  /** Runs `work` in only one of the instances that share the store at a time. */
  exclusively<T>(work: () => Promise<T>): Promise<T>
  close(): Promise<void>
}

export interface OpenCommandAdmin extends CommandAdmin {
  close(): Promise<void>
}

export interface CliContext {
  version: string
  /** How this program is called here, as shell words. */
  command: string
  config(): Config
  /** Every variable with its value and source, secrets masked. */
  settings(): Promise<Setting[]>
  /** The gateway that --server names, set before the command runs; null: the store and the files here. */
  server: string | null
  /** The use cases of that gateway, or of the store here. */
  openAdmin(): Promise<OpenCommandAdmin>
  /** The store here, created if it is missing: only for `init`. */
  openNewStore(): Promise<OpenAdmin>
  /** Creates what is missing and imports upstream keys from the variables. */
  prepare(admin: OpenAdmin): Promise<FirstStartReport>
  /** The first keys have been shown on a terminal, so their file is deleted. */
  firstKeysSeen(): void
  migrations(): Migrations
  /** Runs until a signal stops it; returns the exit code. */
  serve(): Promise<number>
  copyStore(): Promise<CopyReport>
  importPredecessor(input: PredecessorInput): Promise<PredecessorImport>
  backup(file: string, withKey: boolean): Promise<BackupReport>
  restore(file: string, options: RestoreOptions): Promise<RestoreReport>
  /** The health of the server on the configured address; does not throw if there is none. */
  health(): Promise<HealthReport>
  /** Works even if the configuration can't be read. */
  doctor(options: DoctorOptions): Promise<Report>
  /** The language of the shell. */
  language: Language
  /** A running gateway, or one started for this command. */
  gateway(): Promise<ChatGateway>
  /** The secret in GPT_PROXY_UPSTREAM_KEY, if set. */
  secretFromVariable(): string | undefined
  writeOut(text: string): void
  writeError(text: string): void
  readInput(): Promise<string>
  /** A file by its name in the folder where the command was typed. Throws OperatorError if it can't be read. */
  readFile(file: string): Promise<string>
  /** Standard input is a terminal. */
  isTerminal: boolean
  /** The width of standard output; null if it is not a terminal. */
  terminalWidth: number | null
  /** False with NO_COLOR and for files. */
  colours: boolean
  /** Standard output is a terminal. */
  showsToTerminal: boolean
}
