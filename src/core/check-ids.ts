/** The ids of the doctor's checks. They never change: documents and error bodies refer to them. */
export const CHECK_IDS = [
  'SSE-1',
  'LIM-1',
  'UPS-1',
  'DB-1',
  'ENC-1',
  'QUO-1',
  'NGX-1',
  'TLS-1',
  'SLOW-1',
] as const
export type CheckId = (typeof CHECK_IDS)[number]

/** In order of severity: a check has the severity of its most severe finding. */
export const VERDICTS = ['skipped', 'ok', 'warning', 'failure'] as const
export type Verdict = (typeof VERDICTS)[number]
