/** Public model names and their targets in SQL, for the directory and for the admin use cases. */
import type { Kysely, Selectable } from 'kysely'
import { type AdminStore, NO_TARGETS } from '../../admin/store.ts'
import {
  FIRST_TOKEN_ACTIONS,
  type ModelDefinition,
  type ModelTarget,
  STRATEGIES,
} from '../../core/entities.ts'
import { isoTime } from '../../core/time/iso-time.ts'
import { readCondition } from '../../routing/conditions.ts'
import type { RowProblem } from './accounts/rows.ts'
import { inTransaction } from './in-transaction.ts'
import type { ReportProblems } from './problem-log.ts'
import type { ModelsTable, ModelTargetsTable, Tables } from './schema/schema.ts'
import {
  count,
  countOrNull,
  InvalidRowError,
  jsonUnlessEmpty,
  objectOrNull,
  oneOf,
  textsOrNull,
} from './values.ts'

interface ReadModels {
  definitions: ModelDefinition[]
  /** Names of those with a malformed row. */
  malformed: string[]
}

/** Leaves out and reports models with a malformed row. */
export async function readModels(db: Kysely<Tables>, problems: RowProblem[]): Promise<ReadModels> {
  const rows = await db.selectFrom('models').selectAll().orderBy('name').execute()
  if (rows.length === 0) return { definitions: [], malformed: [] }
  const targets = await db.selectFrom('model_targets').selectAll().orderBy('position').execute()
  const byModel = Map.groupBy(targets, ({ model }) => model)
  const definitions: ModelDefinition[] = []
  const malformed: string[] = []
  for (const [at, row] of rows.entries()) {
    const ofModel = byModel.get(row.name) ?? []
    try {
      definitions.push(toDefinition(row, ofModel))
    } catch (error) {
      if (!(error instanceof InvalidRowError)) throw error
      problems.push({ table: 'models', row: at + 1, reason: `${row.name}: ${error.message}` })
      // Rows are written one after the other: without a target, it is not defined yet.
      if (ofModel.length > 0) malformed.push(row.name)
    }
  }
  return { definitions, malformed }
}

type ModelAdmin = Pick<AdminStore, 'listModels' | 'malformedModels' | 'saveModel' | 'deleteModel'>

export function createModelAdmin(db: Kysely<Tables>, report: ReportProblems): ModelAdmin {
  return {
    async listModels() {
      const problems: RowProblem[] = []
      const { definitions } = await readModels(db, problems)
      report(problems)
      return definitions
    },
    async malformedModels() {
      const problems: RowProblem[] = []
      await readModels(db, problems)
      return problems.map(({ table, row, reason }) => {
        const [name = ''] = reason.split(': ')
        return { table, id: row, name, reason, repair: null }
      })
    },
    saveModel: (definition) => inTransaction(db, (step) => save(step, definition)),
    async deleteModel(name) {
      await db.deleteFrom('model_targets').where('model', '=', name).execute()
      const { numDeletedRows } = await db
        .deleteFrom('models')
        .where('name', '=', name)
        .executeTakeFirst()
      return numDeletedRows > 0n
    },
  }
}

async function save(step: Kysely<Tables>, definition: ModelDefinition): Promise<void> {
  const { name, strategy, targets, parameters, firstTokenMs, fallbackOnFilter } = definition
  const columns = {
    strategy,
    default_parameters: objectUnlessEmpty(parameters.default),
    set_parameters: objectUnlessEmpty(parameters.set),
    drop_parameters: jsonUnlessEmpty(parameters.drop),
    first_token_ms: firstTokenMs,
    fallback_on_filter: fallbackOnFilter ? 1 : 0,
    first_token_action: definition.firstTokenAction,
    updated_at: isoTime(Date.now()),
  }
  await step
    .insertInto('models')
    .values({ name, ...columns })
    .onConflict((conflict) => conflict.column('name').doUpdateSet(columns))
    .execute()
  await step.deleteFrom('model_targets').where('model', '=', name).execute()
  for (const [position, target] of targets.entries())
    await step
      .insertInto('model_targets')
      .values({
        model: name,
        position,
        upstream: target.upstream,
        target_model: target.model,
        priority: target.priority,
        weight: target.weight,
        context_tokens: target.contextTokens,
        max_in_flight: target.maxInFlight,
        mirror_percent: target.mirrorPercent,
        conditions: jsonUnlessEmpty(target.conditions),
      })
      .execute()
}

function toDefinition(
  row: Selectable<ModelsTable>,
  targets: readonly Selectable<ModelTargetsTable>[],
): ModelDefinition {
  if (targets.length === 0) throw new InvalidRowError(NO_TARGETS)
  return {
    name: row.name,
    strategy: oneOf('strategy', row.strategy, STRATEGIES),
    targets: targets.map(toTarget),
    parameters: {
      default: objectOrNull('default_parameters', row.default_parameters) ?? {},
      set: objectOrNull('set_parameters', row.set_parameters) ?? {},
      drop: textsOrNull('drop_parameters', row.drop_parameters) ?? [],
    },
    firstTokenMs: countOrNull('first_token_ms', row.first_token_ms),
    firstTokenAction: oneOf('first_token_action', row.first_token_action, FIRST_TOKEN_ACTIONS),
    fallbackOnFilter: row.fallback_on_filter === 1,
  }
}

function toTarget(row: Selectable<ModelTargetsTable>): ModelTarget {
  return {
    upstream: row.upstream === '' ? null : row.upstream,
    model: row.target_model,
    priority: count('priority', row.priority),
    weight: countOrNull('weight', row.weight),
    contextTokens: countOrNull('context_tokens', row.context_tokens),
    maxInFlight: countOrNull('max_in_flight', row.max_in_flight),
    mirrorPercent: countOrNull('mirror_percent', row.mirror_percent),
    conditions: checkedConditions(row.conditions),
  }
}

/** A target whose condition can't be read must not take every request. */
function checkedConditions(value: string | null): readonly string[] {
  const conditions = textsOrNull('conditions', value) ?? []
  const wrong = conditions.find((condition) => readCondition(condition) === null)
  if (wrong !== undefined) throw new InvalidRowError(`conditions has '${wrong}', which is unknown`)
  return conditions
}

function objectUnlessEmpty(value: Readonly<Record<string, unknown>>): string | null {
  return Object.keys(value).length === 0 ? null : JSON.stringify(value)
}
