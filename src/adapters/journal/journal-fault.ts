/** Disk faults of the journal, and how they are reported to clients and operators. */
import { GatewayError, retryAfterHeaders } from '../../core/errors.ts'
import type { JournalState } from '../../usage/journal.ts'

export type FaultState = Exclude<JournalState, 'healthy'>

const STATE_OF_CODE: Readonly<Record<string, FaultState>> = {
  ENOSPC: 'full',
  EDQUOT: 'full',
  EFBIG: 'full',
  EROFS: 'read_only',
  EACCES: 'read_only',
  EPERM: 'read_only',
  ENOENT: 'read_only',
  EMFILE: 'read_only',
  ENFILE: 'read_only',
}
const REASONS: Readonly<Record<FaultState, string>> = {
  full: 'the disk is full',
  read_only: 'the folder cannot be written',
  failed: 'the disk reported an error, and the gateway must be restarted once it is sound',
}
/** Errors on opening that leave the file intact, with the remedy for the log. */
const CURES: Readonly<Record<string, string>> = {
  EACCES: 'give it to the user that runs the gateway (chown), then restart',
  EPERM: 'give it to the user that runs the gateway (chown), then restart',
  EROFS: 'mount the disk of DATA_DIR writable, then restart',
  EMFILE: 'raise the limit of open files (ulimit -n, LimitNOFILE), then restart',
  ENFILE: "raise the system's limit of open files (fs.file-max), then restart",
  ENOMEM: 'give the machine more memory, then restart',
}
/** How often to check whether the disk is writable again. */
export const HEAL_EVERY_MS = 500

/** Unknown errors count as the worst case: written data may be lost. */
export function faultOf(error: unknown): FaultState {
  return STATE_OF_CODE[codeOf(error)] ?? 'failed'
}

/** The remedy for a file that temporarily can't be opened; null if the file itself is broken. */
export function cureOf(error: unknown): string | null {
  return CURES[codeOf(error)] ?? null
}

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}

export function journalUnavailable(state: FaultState): GatewayError {
  return new GatewayError(
    'journal_unavailable',
    `gateway: no request is taken because its usage could not be recorded: ${REASONS[state]} (usage journal in DATA_DIR).`,
    { headers: state === 'failed' ? {} : retryAfterHeaders(HEAL_EVERY_MS * 2) },
  )
}
