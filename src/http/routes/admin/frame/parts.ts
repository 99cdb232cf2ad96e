/** What the admin API needs of the program around it. */
import type { IdentityProvider, RoleMapping } from '../../../../access/single-sign-on.ts'
import type { Admin } from '../../../../admin/admin.ts'
import type { ConsoleReads } from '../../../../admin/console-reads.ts'
import type { Identity } from '../../../../admin/identity/identity.ts'
import type { User } from '../../../../core/entities.ts'
import type { Sha256Hex } from '../../../../core/sha256.ts'
import type { DoctorOptions } from '../../../../doctor/options.ts'
import type { Report } from '../../../../doctor/report.ts'
import type { Services } from '../../../../pipeline/services.ts'
import type { ConsoleReports } from '../../../../usage/console-reports.ts'
import type { Bindings } from '../../../web/bridge.ts'
import type { ProxyRules, Visit } from '../../../web/visit.ts'
import type { Role } from '../contract/access.ts'

export interface AdminApiParts {
  services: Services
  admin: Admin
  identity: Identity
  reads: ConsoleReads
  reports: ConsoleReports
  surroundings: ProxyRules
  sha256Hex: Sha256Hex
  nowMs: () => number
  version: string
  instanceId: string
  /** Days that single requests are kept; null means forever. */
  usageRetentionDays: number | null
  /** Null if no identity provider is configured. */
  oidc: { provider: IdentityProvider; roles: RoleMapping } | null
  /** Each variable with its value, secrets masked, and where it comes from. */
  variables: readonly VariableSetting[]
  /** Where clients reach the gateway: with an admin listener of its own it is not the console's address. */
  publicUrlOf(visit: Visit): string
  mode: 'embedded' | 'distributed'
  doctor(options: DoctorOptions): Promise<Report>
}

export interface VariableSetting {
  name: string
  value: string | null
  source: 'default' | 'environment' | 'file'
  from: string | null
  secret: boolean
  default: string | null
}

/** Who makes a request. */
export interface Principal {
  user: User
  role: Role
  by: 'session' | 'key'
  sessionId: number | null
  /** When a session ends unless it is used again. */
  expiresAtMs: number | null
}

export interface AdminEnv {
  Bindings: Bindings
  Variables: {
    visit: Visit
    /** Set for every operation that is not open. */
    principal: Principal
  }
}
