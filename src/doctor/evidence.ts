/** What the doctor's probes see of the world, one form a check; the rules judge it. Times are in milliseconds. */
import type { UpstreamKey } from '../core/entities.ts'

/** Where the gateway and the proxy in front of it are. */
export interface Places {
  /** The gateway itself, `http://HOST:PORT`. */
  url: string
  publicUrl: string | null
}

export type Tried<T> = ({ ok: true } & T) | { ok: false; error: string }

export interface StreamSeen {
  status: number
  code: string | null
  reads: number
  firstMs: number
  /** From the first byte to the last. */
  spreadMs: number
  /** The longest time without a byte, that before the first one too. */
  longestGapMs: number
  /** It ended with `[DONE]`. */
  whole: boolean
  /** Of the headers `server` and `via`. */
  proxy: string
  fromGateway: boolean
}

export interface StreamEvidence extends Places {
  direct: Tried<StreamSeen>
  /** Null where PUBLIC_URL is not set or the direct one failed. */
  through: Tried<StreamSeen> | null
  /** The same over HTTP/2; null if the proxy does not speak it. */
  throughHttp2: (StreamSeen & { ok: true }) | null
}

export interface RedisSeen {
  latencyMs: number
  policy: string
}

export interface LimitEvidence {
  url: string
  enabled: boolean
  failOpen: boolean
  anyDefault: boolean
  redis: { host: string; port: number; seen: Tried<RedisSeen> } | null
  /** Statuses that a key at `rpm` got, or why there are none. */
  tried: Tried<{ rpm: number; statuses: readonly number[] }>
  /** Of the running gateway's metrics; null where they were not read. */
  failOpenCount: number | null
  serverRedisHealthy: boolean | null
  /** Gateways on this database, as far as it knows. */
  instances: number
}

export interface UpstreamSeen {
  key: UpstreamKey
  probe: { ok: boolean; status: number | null; latencyMs: number; detail: string } | null
}

export interface UpstreamEvidence {
  nowMs: number
  seen: readonly UpstreamSeen[]
  /** Models that somebody counts on: named by the caller, or allowed to proxy keys by name. */
  wanted: readonly string[]
}

export const DATABASE_STEPS = [
  'folder',
  'disk',
  'name',
  'tcp',
  'tls',
  'password',
  'database',
  'newer',
  'migrations',
  'write',
  'pool',
  'other',
] as const
export type DatabaseStep = (typeof DATABASE_STEPS)[number]

export interface DatabaseFault {
  step: DatabaseStep
  detail: string
  remedy: string
}

export interface MalformedSeen {
  table: string
  id: number
  reason: string
  /** SQL; null if only a person can know what should be there. */
  repair: string | null
}

export interface DatabaseEvidence {
  place: string
  /** Of the files of this machine; of PostgreSQL its name, port, user and database. */
  path: string
  user: string
  host: string
  port: number
  dbUser: string
  database: string
  /** Steps that are well, in their order. */
  passed: readonly DatabaseStep[]
  fault: DatabaseFault | null
  isNew: boolean
  freeMb: number
  /** Files of the usage journal that no start reads. */
  setAside: readonly string[]
  pendingMigrations: readonly string[]
  /** Rows that nothing can use, with the statement that repairs each. */
  malformed: readonly MalformedSeen[]
  latencyMs: number
  pool: { open: number; most: number; size: number } | null
}

export interface SealedSeen {
  name: string
  placement: string
  sealedWith: string
  opensWith: 'active' | 'old' | 'file' | 'none'
}

export interface EncryptionEvidence {
  postgres: boolean
  source: 'variable' | 'file' | 'none'
  file: string
  /** Why the text is no key; null where it is one. */
  problem: string | null
  fileOpenToOthers: boolean
  keyId: string
  fileKeyId: string
  rows: readonly SealedSeen[]
}

export interface QuotaSeen {
  user: string
  active: boolean
  /** Null is none. */
  quota: number | null
  used: number
  leased: number
}

export interface SumsSeen {
  table: string
  /** A dash where the table does not tell users apart. */
  user: string
  /** Each that differs: the sum, and what the records say. */
  figures: string
}

export interface RequestSeen {
  requestId: string
  user: string
  model: string
  reserved: number
  used: number
  status: number
  outcome: string
}

export interface QuotaEvidence {
  month: string
  resetMs: number
  asked: number
  /** Of which each may have leased what is not used. */
  instances: number
  /** Named by the caller, or that of the request. */
  user: string | null
  requestId: string | null
  request: RequestSeen | null
  quotas: readonly QuotaSeen[]
  different: readonly SumsSeen[]
  stale: { leases: number; tokens: number }
}

export interface ReplySeen {
  status: number
  proxy: string
  /** It answered as the gateway does. */
  isGateway: boolean
}

export interface ProxyEvidence extends Places {
  listens: string
  direct: Tried<ReplySeen>
  services: Readonly<Record<string, string>>
  /** One after the other; empty where PUBLIC_URL is not set. */
  through: readonly Tried<ReplySeen>[]
}

export interface CertificateSeen {
  trusted: boolean
  detail: string
  issuer: string
  names: string
  fitsName: boolean
  fromMs: number
  untilMs: number
  chain: number
  /** Null where no date came. */
  clockSkewS: number | null
}

export interface TlsEvidence {
  nowMs: number
  publicUrl: string | null
  hosts: readonly {
    host: string
    name: string
    upstream: boolean
    seen: Tried<CertificateSeen> | 'proxied'
  }[]
}

export interface UpstreamTimes {
  upstream: string
  model: string
  requests: number
  firstTokenMs: number
  durationMs: number
}

export interface TimeEvidence {
  minutes: number
  databaseMs: number | null
  redis: { host: string; port: number; ms: number } | null
  loopMs: number | null
  overheadMs: number | null
  connects: readonly { upstream: string; baseUrl: string; ms: number }[]
  upstreams: readonly UpstreamTimes[]
}
