/** The state of models at provider keys: one row for each that is not healthy. */
import { type Kysely, sql } from 'kysely'
import type { ModelState } from '../../../core/entities.ts'
import { isoTime } from '../../../core/time/iso-time.ts'
import type { ModelStateChange } from '../../../upstreams/key-store.ts'
import type { Tables } from '../schema/schema.ts'
import { storable } from '../values.ts'
import { parseRows, type RowProblem, toModelState } from './rows.ts'

export async function readModelStates(
  db: Kysely<Tables>,
  problems: RowProblem[],
): Promise<ModelState[]> {
  const rows = await db.selectFrom('upstream_model_states').selectAll().execute()
  const numbered = rows.map((row) => ({ ...row, id: row.upstream_key_id }))
  return parseRows('upstream_model_states', numbered, toModelState, problems)
}

/** A fixed order prevents deadlocks between instances. */
export async function saveModelStates(
  step: Kysely<Tables>,
  changes: readonly ModelStateChange[],
): Promise<void> {
  const ordered = [...changes].sort(
    (one, other) => one.upstreamKeyId - other.upstreamKeyId || (one.model < other.model ? -1 : 1),
  )
  for (const { upstreamKeyId, model, state } of ordered) {
    if (state === null) await deleteModelStates(step, upstreamKeyId, model)
    else await write(step, state)
  }
}

export async function deleteModelStates(
  step: Kysely<Tables>,
  upstreamKeyId: number,
  model?: string,
): Promise<void> {
  let rows = step.deleteFrom('upstream_model_states').where('upstream_key_id', '=', upstreamKeyId)
  if (model !== undefined) rows = rows.where('model', '=', storable(model))
  await rows.execute()
}

/** Writes nothing if the key was removed meanwhile. */
async function write(step: Kysely<Tables>, state: ModelState): Promise<void> {
  const lastError = state.lastError === null ? null : storable(state.lastError)
  const until = isoTime(state.untilMs)
  const now = isoTime(Date.now())
  await sql`
    insert into upstream_model_states
      (upstream_key_id, model, status, failure_count, cooldown_until, last_error, updated_at)
    select id, ${storable(state.model)}, ${state.status}, ${sql.lit(state.failureCount)}, ${until},
      ${lastError}, ${now}
    from upstream_keys where id = ${state.upstreamKeyId}
    on conflict (upstream_key_id, model) do update set status = excluded.status,
      failure_count = excluded.failure_count, cooldown_until = excluded.cooldown_until,
      last_error = excluded.last_error, updated_at = excluded.updated_at`.execute(step)
}
