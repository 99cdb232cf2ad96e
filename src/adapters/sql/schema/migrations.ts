/**
 * The schema's history, in code so that the single executable contains it. A release moves its migrations to a folder
 * of its version, where they never change again.
 */
import type { Migration } from 'kysely'
import { firstTables } from '../migrations/0.1.0/0001-first-tables.ts'
import { sumsAndQuotas } from '../migrations/0.1.0/0002-sums-and-quotas.ts'
import { reportSums } from '../migrations/0.1.0/0003-report-sums.ts'
import { changeNotices } from '../migrations/0.1.0/0004-change-notices.ts'
import { sumsOfUsers } from '../migrations/0.1.0/0005-sums-of-users.ts'
import { auditDetails } from '../migrations/0006-audit-details.ts'
import { operations } from '../migrations/0007-operations.ts'
import { rowChecks } from '../migrations/0008-row-checks.ts'
import { signInTables } from '../migrations/0010-sign-in.ts'
import { keyRotation } from '../migrations/0011-key-rotation.ts'
import { consoleReports } from '../migrations/0012-console-reports.ts'
import { modelStates } from '../migrations/0014-model-states.ts'
import { vendorObjects } from '../migrations/0020-vendor-objects.ts'
import { cacheWrites } from '../migrations/0021-cache-writes.ts'
import { models } from '../migrations/0022-models.ts'
import { storedResponses } from '../migrations/0023-stored-responses.ts'
import { routing } from '../migrations/0030-routing.ts'
import { gatewayOverhead } from '../migrations/0031-gateway-overhead.ts'
import { upstreamHeaders } from '../migrations/0032-upstream-headers.ts'
import { formats } from '../migrations/0034-formats.ts'
import { halfHourTotals } from '../migrations/0035-half-hour-totals.ts'
import { attemptTotals } from '../migrations/0036-attempts.ts'
import { units } from '../migrations/0037-units.ts'
import { type DialectWords, SQLITE } from '../sql-dialect.ts'

/** Names sort in chronological order. */
export function migrationsIn(words: DialectWords): Record<string, Migration> {
  return {
    '0001-first-tables': firstTables(words),
    '0002-sums-and-quotas': sumsAndQuotas,
    '0003-report-sums': reportSums,
    '0004-change-notices': changeNotices(words),
    '0005-sums-of-users': sumsOfUsers,
    '0006-audit-details': auditDetails,
    '0007-operations': operations,
    '0008-row-checks': rowChecks(words),
    '0010-sign-in': signInTables(words),
    '0011-key-rotation': keyRotation,
    '0012-console-reports': consoleReports(words),
    '0014-model-states': modelStates(words),
    '0020-vendor-objects': vendorObjects,
    '0021-cache-writes': cacheWrites,
    '0022-models': models(words),
    '0023-stored-responses': storedResponses,
    '0030-routing': routing(words),
    '0031-gateway-overhead': gatewayOverhead,
    '0032-upstream-headers': upstreamHeaders(words),
    '0034-formats': formats(words),
    '0035-half-hour-totals': halfHourTotals,
    '0036-attempts': attemptTotals,
    '0037-units': units,
  }
}

export const migrationNames: readonly string[] = Object.keys(migrationsIn(SQLITE))
