/** What the commands need from the program around them. */

import type { Admin } from '../admin/admin.ts'
import type { Actor } from '../admin/changes.ts'
import type { Setting } from '../config/settings.ts'
import type { Config } from '../config.ts'
import type { DoctorOptions } from '../doctor/options.ts'
import type { Report } from '../doctor/report.ts'
import type { Language } from '../doctor/text.ts'

/** Who makes the changes of a command, for the audit log. */
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
  /** Where they are kept until somebody has seen them. */
  file: string
}

export interface FirstStartReport {
  /** Keys imported from the variables. */
  imported: number
  /** Keys in the variables that an operator removed; they were left out. */
  removedBefore: number
  /** This made the first users and keys. */
  isFirst: boolean
  /** The first keys, where no terminal has shown them yet. */
  unseenKeys: FirstKeys | null
}

export interface CopyReport {
  tables: readonly { table: string; rows: number }[]
  /** Whose content ENCRYPTION_KEY has to be from now on; null if it is set. */
  keyFile: string | null
}

export interface BackupReport {
  file: string
  bytes: number
  /** Null where the key was not asked for. */
  key_file: string | null
  /** The file or the variable that has the key. */
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
  /** Where the store is that was there before. */
  old_store: string | null
  old_key: string | null
}

export interface HealthReport {
  url: string
  /** It takes requests. A part of it may be away all the same. */
  ready: boolean
  status: string
  services: Readonly<Record<string, string>>
}

export interface Migrations {
  /** Runs what is missing and returns its names. */
  up(): Promise<string[]>
  status(): Promise<readonly { name: string; executedAt: Date | null }[]>
}

export type OpenAdmin = Admin & {
  /** Runs `work` in one instance at a time, of all that share the store. */
  exclusively<T>(work: () => Promise<T>): Promise<T>
  close(): Promise<void>
}

export interface CliContext {
  version: string
  /** How this program is called here, as words of a shell. */
  command: string
  /** Where the console takes such a token. */
  consoleLink(token: string): string
  config(): Config
  /** Every variable with its value and source, secrets masked. */
  settings(): Setting[]
  /** Only `init` makes a store that is not there. */
  openAdmin(ifMissing?: 'make it' | 'refuse'): Promise<OpenAdmin>
  /** Makes what is missing, imports upstream keys from the variables. */
  prepare(admin: OpenAdmin): Promise<FirstStartReport>
  /** The first keys are on a terminal now, and kept no longer. */
  firstKeysSeen(): void
  migrations(): Migrations
  /** Runs until it is told to stop; the exit code. */
  serve(): Promise<number>
  copyStore(): Promise<CopyReport>
  backup(file: string, withKey: boolean): BackupReport
  restore(file: string, wish: RestoreOptions): RestoreReport
  /** How the server on the configured address is; never throws because it is not there. */
  health(): Promise<HealthReport>
  /** Also where the configuration can't be read. */
  doctor(wish: DoctorOptions): Promise<Report>
  /** Of the shell. */
  language: Language
  /** A running gateway, or one started for this command. */
  gateway(): Promise<ChatGateway>
  /** The secret from GPT_PROXY_UPSTREAM_KEY, where set. */
  secretFromVariable(): string | undefined
  writeOut(text: string): void
  writeError(text: string): void
  readInput(): Promise<string>
  /** Standard input is a terminal. */
  isTerminal: boolean
  /** Of standard output; null if that is no terminal. */
  terminalWidth: number | null
  /** Not with NO_COLOR, nor into a file. */
  colours: boolean
  /** Standard output is one. */
  showsToTerminal: boolean
}
