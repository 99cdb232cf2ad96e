/**
 * The kinds of tokens that are counted. Columns, rollups, journal fields, metrics, reports and views derive from
 * this table: a new kind is one row here, a migration that adds its columns, and its place in each reader of usage,
 * where the compiler asks for it.
 */

interface TokenKind {
  /** Its column in `usage_records` and its name in the admin API and in CSV. */
  column: `${string}_tokens`
  /**
   * The rollups that sum it: `quota`, all of them; `reports`, all but `usage_monthly`, which quotas read; `none`, so
   * that only the record of a request has it.
   */
  summedFor: 'quota' | 'reports' | 'none'
  /** Its label in `gpt_proxy_tokens_total`; null if the metric does not count it. */
  metric: string | null
}

/** In the order of the journal's fields: append new kinds at the end, so that stored lines stay readable. */
export const TOKEN_KINDS = {
  promptTokens: { column: 'prompt_tokens', summedFor: 'quota', metric: 'prompt' },
  completionTokens: { column: 'completion_tokens', summedFor: 'quota', metric: 'completion' },
  totalTokens: { column: 'total_tokens', summedFor: 'quota', metric: null },
  /** Read from the vendor's cache; part of the prompt. */
  cachedTokens: { column: 'cached_tokens', summedFor: 'reports', metric: null },
  /** Part of the completion. */
  reasoningTokens: { column: 'reasoning_tokens', summedFor: 'reports', metric: null },
  /** Audio of prompt and completion together. */
  audioTokens: { column: 'audio_tokens', summedFor: 'reports', metric: null },
  /** The generated part of `audioTokens`. */
  audioOutputTokens: { column: 'audio_output_tokens', summedFor: 'none', metric: null },
  /** Written to the vendor's cache; part of the prompt, like tokens read from it. */
  cacheWriteTokens: { column: 'cache_write_tokens', summedFor: 'none', metric: null },
  /** The part of `cacheWriteTokens` that is cached for an hour. */
  cacheWrite1hTokens: { column: 'cache_write_1h_tokens', summedFor: 'none', metric: null },
} as const satisfies Readonly<Record<string, TokenKind>>

type Kinds = typeof TOKEN_KINDS
export type TokenField = keyof Kinds
type FieldSummedFor<Use> = {
  [Field in TokenField]: Kinds[Field]['summedFor'] extends Use ? Field : never
}[TokenField]
export type QuotaTokenField = FieldSummedFor<'quota'>
/** What reports show beyond the kinds that quotas count. */
export type DetailTokenField = FieldSummedFor<'reports'>
export type SummedTokenField = QuotaTokenField | DetailTokenField
export type TokenColumn<Field extends TokenField = TokenField> = Kinds[Field]['column']

export const TOKEN_FIELDS = Object.keys(TOKEN_KINDS) as readonly TokenField[]
export const QUOTA_TOKEN_FIELDS = TOKEN_FIELDS.filter(isQuota)
export const DETAIL_TOKEN_FIELDS = TOKEN_FIELDS.filter(isDetail)
export const SUMMED_TOKEN_FIELDS = TOKEN_FIELDS.filter(
  (field): field is SummedTokenField => isQuota(field) || isDetail(field),
)

function isQuota(field: TokenField): field is QuotaTokenField {
  return TOKEN_KINDS[field].summedFor === 'quota'
}

function isDetail(field: TokenField): field is DetailTokenField {
  return TOKEN_KINDS[field].summedFor === 'reports'
}

export function tokenColumn<Field extends TokenField>(field: Field): TokenColumn<Field> {
  return TOKEN_KINDS[field].column
}

/** One value per field, e.g. a count or a schema, keyed by field. */
export function byTokenField<Field extends TokenField, Value>(
  fields: readonly Field[],
  give: (field: Field) => Value,
): Record<Field, Value> {
  return Object.fromEntries(fields.map((field) => [field, give(field)])) as Record<Field, Value>
}

/** One value per field, keyed by column. */
export function byTokenColumn<Field extends TokenField, Value>(
  fields: readonly Field[],
  give: (field: Field) => Value,
): Record<TokenColumn<Field>, Value> {
  return Object.fromEntries(
    fields.map((field) => [TOKEN_KINDS[field].column, give(field)]),
  ) as Record<TokenColumn<Field>, Value>
}
