/**
 * What is paid by something other than tokens. Columns, rollups, metrics, reports and CSV derive from this table: a new
 * kind is one row here, a migration that adds its column, and the reader that counts it.
 */
export const UNIT_KINDS = {
  images: { column: 'images' },
  /** Of audio that was heard or spoken. */
  seconds: { column: 'audio_seconds' },
  characters: { column: 'characters' },
  /** Seconds of video. */
  video: { column: 'video_seconds' },
  /** Of the web by a model's tool, and those a reranker counts. */
  searches: { column: 'searches' },
  /** Calls of a model's tool that searches the user's files. */
  fileSearches: { column: 'file_searches' },
  /** Containers in which a model ran code. */
  codeSessions: { column: 'code_sessions' },
  /** Pages of documents that were read. */
  pages: { column: 'pages' },
} as const satisfies Readonly<Record<string, { column: string }>>

export type UnitKind = keyof typeof UNIT_KINDS
/** How many of each kind; absent ones are 0. */
export type Units = Readonly<Partial<Record<UnitKind, number>>>
export type UnitColumn<Kind extends UnitKind = UnitKind> = (typeof UNIT_KINDS)[Kind]['column']

export const UNIT_NAMES = Object.keys(UNIT_KINDS) as readonly UnitKind[]

export function unitColumn<Kind extends UnitKind>(kind: Kind): UnitColumn<Kind> {
  return UNIT_KINDS[kind].column
}

/** Undefined if there are none in either. */
export function addUnits(one: Units | undefined, other: Units | undefined): Units | undefined {
  if (one === undefined || other === undefined) return one ?? other
  const sum: Partial<Record<UnitKind, number>> = { ...one }
  for (const kind of UNIT_NAMES)
    if (other[kind] !== undefined) sum[kind] = (one[kind] ?? 0) + other[kind]
  return sum
}

/** One value per kind, keyed by column. */
export function byUnitColumn<Value>(give: (kind: UnitKind) => Value): Record<UnitColumn, Value> {
  return Object.fromEntries(
    UNIT_NAMES.map((kind) => [UNIT_KINDS[kind].column, give(kind)]),
  ) as Record<UnitColumn, Value>
}
