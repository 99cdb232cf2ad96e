/** Reads the predecessor's database into what the import understands. */
import type {
  OldKey,
  OldRequest,
  OldSum,
  OldTokens,
  OldUpstream,
  OldUser,
  Predecessor,
} from '../../../admin/predecessor/rows.ts'
import {
  KEY_PROVIDERS,
  PROVIDER_FACTS,
  type ProviderName,
} from '../../../core/providers/providers.ts'
import type { Sha256Hex } from '../../../core/sha256.ts'
import { StoreError } from '../store-error.ts'
import { columnText, countOf, flagOf, mapOf, namesOf, pick, timeOf } from './columns.ts'
import { COLUMNS, NOT_NEEDED, OLD_PROVIDERS, type OldTable, TABLES } from './shape.ts'
import type { Source, SourceRow } from './source.ts'

export interface Readers {
  sha256Hex: Sha256Hex
  /** Null if the key of the predecessor does not open it. */
  openSecret(token: string): string | null
}

export async function readPredecessor(source: Source, readers: Readers): Promise<Predecessor> {
  const tables = tablesIn(source)
  const problems: string[] = []
  const all = async <T>(table: OldTable, read: (row: SourceRow) => T | string): Promise<T[]> => {
    const name = tables.get(table)
    const found: T[] = []
    if (name === undefined) return found
    for await (const page of source.pages(name))
      for (const row of page) {
        const value = read(row)
        if (typeof value === 'string') problems.push(`${name} row ${columnText(row.id)}: ${value}`)
        else found.push(value)
      }
    return found
  }
  const requests = tables.get('requests')
  return {
    users: await all('users', userIn),
    keys: await all('keys', (row) => keyIn(row, readers)),
    upstreams: await all('upstreams', (row) => upstreamIn(row, readers)),
    days: await all('days', dayIn),
    months: await all('months', monthIn),
    async *requests() {
      if (requests === undefined) return
      for await (const page of source.pages(requests))
        yield page.map((row, at) => requestIn(row, at)).filter((each) => each !== null)
    },
    problems,
    ignoredColumns: ignored(source, tables),
  }
}

/** Throws if this is not a database of the predecessor. */
function tablesIn({ tables }: Source): Map<OldTable, string> {
  if (tables.has('kysely_migration'))
    throw new StoreError(
      'this is a store of the gateway itself',
      'move an embedded store to PostgreSQL with: gpt-proxy migrate copy',
    )
  const found = new Map<OldTable, string>()
  for (const [table, names] of Object.entries(TABLES) as [OldTable, readonly string[]][]) {
    const name = names.find((each) => tables.has(each))
    if (name !== undefined) found.set(table, name)
  }
  const missing = (['users', 'keys', 'upstreams'] as const).filter((table) => !found.has(table))
  if (missing.length === 0) return found
  throw new StoreError(
    `this is not a database of the predecessor: it has no table ${missing.map((table) => TABLES[table][0]).join(', ')}, but ${[...tables.keys()].slice(0, 10).join(', ') || 'none at all'}`,
    'name the database that it used; docs/migration.md lists the tables and columns that are read',
  )
}

function ignored({ tables }: Source, found: ReadonlyMap<OldTable, string>): string[] {
  return [...found].flatMap(([table, name]) => {
    const read = Object.values<readonly string[]>(COLUMNS[table]).flat()
    return (tables.get(name) ?? [])
      .filter((column) => !read.includes(column) && !NOT_NEEDED.test(column))
      .map((column) => `${name}.${column}`)
  })
}

const INACTIVE = /^(disabled|inactive|revoked|suspended|deleted|invalid|banned|blocked)$/i

function isOff(
  row: SourceRow,
  columns: { status: readonly string[]; isActive: readonly string[] },
): boolean {
  return (
    flagOf(pick(row, columns.isActive)) === false ||
    INACTIVE.test(columnText(pick(row, columns.status)) ?? '')
  )
}

function userIn(row: SourceRow): OldUser | string {
  const columns = COLUMNS.users
  const username = columnText(pick(row, columns.username))
  if (username === null) return 'it has no username'
  const role = columnText(pick(row, columns.role))?.toLowerCase()
  const isAdmin = flagOf(pick(row, columns.isAdmin)) === true || role === 'admin'
  return {
    id: idOf(row.id),
    username,
    email: columnText(pick(row, columns.email)),
    role: isAdmin ? 'admin' : role === 'viewer' ? 'viewer' : 'user',
    disabled: isOff(row, columns),
    monthlyQuotaTokens: countOf(pick(row, columns.quota)),
  }
}

function keyIn(row: SourceRow, { sha256Hex }: Readers): OldKey | string {
  const columns = COLUMNS.keys
  const plain = columnText(pick(row, columns.plain))
  const hash = columnText(pick(row, columns.hash))?.toLowerCase() ?? (plain && sha256Hex(plain))
  if (!hash) return 'it has neither a hash of the key nor the key'
  if (!/^[0-9a-f]{64}$/.test(hash))
    return 'its hash is not a SHA-256 in hex, so the key it belongs to could not be recognised'
  return {
    id: idOf(row.id),
    userId: idOf(pick(row, columns.userId)),
    name: columnText(pick(row, columns.name)) ?? '',
    keyHash: hash,
    prefix:
      columnText(pick(row, columns.prefix)) ??
      plain?.slice(0, Math.min(12, plain.length / 3)) ??
      '',
    revoked: isOff(row, columns) || flagOf(pick(row, columns.isRevoked)) === true,
    allowedModels: namesOf(pick(row, columns.allowedModels)),
    rpm: countOf(pick(row, columns.rpm)),
    tpm: countOf(pick(row, columns.tpm)),
    expiresAtMs: timeOf(pick(row, columns.expiresAt)),
  }
}

function upstreamIn(row: SourceRow, { openSecret }: Readers): OldUpstream | string {
  const columns = COLUMNS.upstreams
  const named = (columnText(pick(row, columns.provider)) ?? 'openai').toLowerCase()
  const provider = (OLD_PROVIDERS[named] ?? named) as ProviderName
  if (!KEY_PROVIDERS.includes(provider)) return `there is no provider '${named}' here`
  const baseUrl = columnText(pick(row, columns.baseUrl)) ?? PROVIDER_FACTS[provider].baseUrl
  if (baseUrl === null) return 'it has no address (base_url)'
  const sealed = columnText(pick(row, columns.secret))
  const secret = sealed === null ? null : openSecret(sealed)
  if (secret === null) return 'its key could not be decrypted (Fernet: invalid token)'
  const models = namesOf(pick(row, columns.models))
  return {
    id: idOf(row.id),
    name: columnText(pick(row, columns.name)) ?? '',
    provider,
    baseUrl,
    secret,
    disabled: isOff(row, columns),
    weight: countOf(pick(row, columns.weight)) ?? 1,
    models,
    deployments: mapOf(pick(row, columns.deployments)) ?? singleDeployment(row, models),
    apiVersion: PROVIDER_FACTS[provider].hasApiVersion
      ? columnText(pick(row, columns.apiVersion))
      : null,
  }
}

/** A row for a single deployment: each of its models, or the model of its own name, is there. */
function singleDeployment(
  row: SourceRow,
  models: readonly string[] | null,
): Record<string, string> | null {
  const deployment = columnText(pick(row, COLUMNS.upstreams.deployment))
  if (deployment === null) return null
  return Object.fromEntries((models ?? [deployment]).map((model) => [model, deployment]))
}

/** Null for a request without a user or a time, which no record here could stand for. */
function requestIn(row: SourceRow, at: number): OldRequest | null {
  const columns = COLUMNS.requests
  const userId = pick(row, columns.userId)
  const atMs = timeOf(pick(row, columns.at))
  if (userId === null || atMs === null) return null
  return {
    id: columnText(pick(row, columns.id)) ?? `${atMs}-${at}`,
    atMs,
    userId: idOf(userId),
    apiKeyId: columnText(pick(row, columns.apiKeyId)),
    model: columnText(pick(row, columns.model)) ?? 'unknown',
    endpoint: columnText(pick(row, columns.endpoint)) ?? 'chat.completions',
    stream: flagOf(pick(row, columns.stream)) === true,
    status: httpStatus(pick(row, columns.status)),
    durationMs: countOf(pick(row, columns.durationMs)) ?? 0,
    costUsd: amountOf(pick(row, columns.costUsd)),
    ...tokensIn(row),
  }
}

/** Some versions wrote `success` or `error` instead of a number. */
function httpStatus(value: unknown): number {
  const number = countOf(value)
  if (number !== null && number >= 100 && number <= 599) return number
  return /err|fail/i.test(String(value ?? '')) ? 502 : 200
}

function amountOf(value: unknown): number | null {
  const amount = value === null ? Number.NaN : Number(value)
  return Number.isFinite(amount) && amount >= 0 ? amount : null
}

function dayIn(row: SourceRow): OldSum | string {
  const atMs = timeOf(pick(row, COLUMNS.days.day))
  if (atMs === null) return 'it has no day'
  const period = new Date(atMs).toISOString().slice(0, 10)
  return { userId: idOf(pick(row, COLUMNS.days.userId)), period, ...tokensIn(row) }
}

function monthIn(row: SourceRow): OldSum | string {
  const year = countOf(pick(row, COLUMNS.months.year))
  const month = countOf(pick(row, COLUMNS.months.month))
  if (year === null || month === null || month < 1 || month > 12) return 'it has no month'
  const period = `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}`
  return { userId: idOf(pick(row, COLUMNS.months.userId)), period, ...tokensIn(row) }
}

function tokensIn(row: SourceRow): OldTokens {
  const { promptTokens, completionTokens, totalTokens } = COLUMNS.months
  const prompt = countOf(pick(row, promptTokens)) ?? 0
  const completion = countOf(pick(row, completionTokens)) ?? 0
  const total = countOf(pick(row, totalTokens)) ?? prompt + completion
  return { promptTokens: prompt, completionTokens: completion, totalTokens: total }
}

function idOf(value: unknown): string {
  return columnText(value) ?? ''
}
