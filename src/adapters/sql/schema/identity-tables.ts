/** The sign-in tables, typed for Kysely. */
import type { Generated } from 'kysely'

export interface UserCredentialsTable {
  user_id: number
  password_hash: string | null
  totp_secret: string | null
  totp_pending: string | null
  totp_last_step: number | null
  updated_at: Generated<string>
}

export interface SessionsTable {
  id: Generated<number>
  token_hash: string
  user_id: number
  created_at: string
  last_seen_at: string
  expires_at: string
  address: string
  user_agent: string
}

export interface SetupLinksTable {
  token_hash: string
  user_id: number
  expires_at: string
}

export interface LinkedAccountsTable {
  issuer: string
  subject: string
  user_id: number
}

export interface CreationsTable {
  user_id: number
  idempotency_key: string
  request_hash: string
  result: string | null
  created_at: string
}

export interface SettingsTable {
  name: string
  value: string
  updated_at: Generated<string>
}

export interface IdentityTables {
  user_credentials: UserCredentialsTable
  sessions: SessionsTable
  setup_links: SetupLinksTable
  linked_accounts: LinkedAccountsTable
  creations: CreationsTable
  settings: SettingsTable
}
