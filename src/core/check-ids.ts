/** The doctor's checks by their ids, which stay the same for good: documents and error bodies name them. */
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

/** From harmless to grave: of several findings the gravest is the check's. */
export const VERDICTS = ['skipped', 'ok', 'warning', 'failure'] as const
export type Verdict = (typeof VERDICTS)[number]
