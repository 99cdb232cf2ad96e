/** What the doctor's probes measure, one type per check; the rules judge it. Times are in milliseconds. */
import type { ModelState, UpstreamKey } from '../core/entities.ts'

/** The addresses of the gateway and of the proxy in front of it. */
export interface GatewayAddresses {
  /** The gateway itself, `http://HOST:PORT`. */
  url: string
  publicUrl: string | null
}

export type Measured<T> = ({ ok: true } & T) | { ok: false; error: string }

export interface StreamSeen {
  status: number
  code: string | null
  reads: number
  firstMs: number
  /** From the first byte to the last. */
  spreadMs: number
  /** The longest time without a byte, including the time before the first one. */
  longestGapMs: number
  /** True if it ended with `[DONE]`. */
  whole: boolean
  /** From the headers `server` and `via`. */
  proxy: string
  fromGateway: boolean
}

export interface StreamEvidence extends GatewayAddresses {
  direct: Measured<StreamSeen>
  /** null if PUBLIC_URL is not set or the direct stream failed. */
  through: Measured<StreamSeen> | null
  /** The same over HTTP/2; null if the proxy does not support it. */
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
  redis: { host: string; port: number; seen: Measured<RedisSeen> } | null
  /** The statuses that a key limited to `rpm` received, or why there are none. */
  tried: Measured<{ rpm: number; statuses: readonly number[] }>
  /** From the running gateway's metrics; null if they were not read. */
  failOpenCount: number | null
  serverRedisHealthy: boolean | null
  /** The number of gateways known on this database. */
  instances: number
}

export interface UpstreamSeen {
  key: UpstreamKey
  probe: {
    ok: boolean
    status: number | null
    latencyMs: number
    detail: string
    credentials?: 'refused' | 'missing'
  } | null
}

export interface UpstreamEvidence {
  nowMs: number
  seen: readonly UpstreamSeen[]
  /** Models of keys that are not healthy, or were not until lately. */
  modelStates: readonly ModelState[]
  /** Models that must be available: named by the caller, or allowed to proxy keys by name. */
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
  /** For SQLite, the files on this machine; for PostgreSQL its host, port, user and database. */
  path: string
  user: string
  host: string
  port: number
  dbUser: string
  database: string
  /** The steps that succeeded, in order. */
  passed: readonly DatabaseStep[]
  fault: DatabaseFault | null
  isNew: boolean
  freeMb: number
  /** Usage-journal files that no start reads. */
  quarantined: readonly string[]
  pendingMigrations: readonly string[]
  /** Unusable rows, each with the statement that repairs it. */
  malformed: readonly MalformedSeen[]
  latencyMs: number
  pool: { open: number; most: number; size: number } | null
}

export interface SealedSeen {
  kind: 'upstream key' | 'second factor' | 'data key'
  name: string
  sealedWith: string
  opensWith: 'active' | 'old' | 'file' | 'none'
}

export interface EncryptionEvidence {
  postgres: boolean
  source: 'variable' | 'file' | 'none'
  file: string
  /** Why the text is not a valid key; null if it is. */
  problem: string | null
  fileOpenToOthers: boolean
  keyId: string
  fileKeyId: string
  rows: readonly SealedSeen[]
}

export interface QuotaSeen {
  user: string
  active: boolean
  /** null is unlimited. */
  quota: number | null
  used: number
  leased: number
}

export interface SumsSeen {
  table: string
  /** A dash if the table does not distinguish users. */
  user: string
  /** Each value that differs: the stored total, and the total of the records. */
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
  /** Each may hold a lease on quota that it has not used. */
  instances: number
  /** The user named by the caller, or the user of the request. */
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
  /** True if the reply is the gateway's own. */
  isGateway: boolean
}

export interface ProxyEvidence extends GatewayAddresses {
  listens: string
  direct: Measured<ReplySeen>
  services: Readonly<Record<string, string>>
  /** Consecutive replies; empty if PUBLIC_URL is not set. */
  through: readonly Measured<ReplySeen>[]
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
  /** null if there was no `date` header. */
  clockSkewS: number | null
}

export interface TlsEvidence {
  nowMs: number
  publicUrl: string | null
  hosts: readonly {
    host: string
    name: string
    upstream: boolean
    seen: Measured<CertificateSeen> | 'proxied'
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
