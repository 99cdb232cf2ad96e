/** Everything that rollups sum up of a record's use: tokens by kind, then units by kind. */
import {
  SUMMED_TOKEN_FIELDS,
  type SummedTokenField,
  type TokenColumn,
  tokenColumn,
} from '../token-kinds.ts'
import { UNIT_KINDS, UNIT_NAMES, type UnitColumn, type UnitKind, unitColumn } from './unit-kinds.ts'

export type SummedField = SummedTokenField | UnitKind
export type SummedColumn = TokenColumn<SummedTokenField> | UnitColumn

export const SUMMED_FIELDS: readonly SummedField[] = [...SUMMED_TOKEN_FIELDS, ...UNIT_NAMES]

export function summedColumn(field: SummedField): SummedColumn {
  return isUnit(field) ? unitColumn(field) : tokenColumn(field)
}

export function isUnit(field: SummedField): field is UnitKind {
  return Object.hasOwn(UNIT_KINDS, field)
}

/** One value per field, keyed by field. */
export function bySummedField<Value>(give: (field: SummedField) => Value) {
  return Object.fromEntries(SUMMED_FIELDS.map((field) => [field, give(field)])) as Record<
    SummedField,
    Value
  >
}

/** One value per field, keyed by column. */
export function bySummedColumn<Value>(give: (field: SummedField) => Value) {
  return Object.fromEntries(
    SUMMED_FIELDS.map((field) => [summedColumn(field), give(field)]),
  ) as Record<SummedColumn, Value>
}
