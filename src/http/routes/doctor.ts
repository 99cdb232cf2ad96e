/** GET /admin/v1/doctor: the doctor's report on the gateway that answers, for admin keys only. */
import { CHECK_IDS } from '../../core/check-ids.ts'
import { invalidRequest } from '../../core/errors.ts'
import type { DoctorOptions } from '../../doctor/options.ts'
import { languageOf } from '../../doctor/text.ts'
import { json } from '../json.ts'
import type { AppParts, Handler } from '../route.ts'
import { queryOf } from '../server/target.ts'

export function doctor({ doctor: examine }: AppParts): Handler<'admin_key'> {
  /** One at a time: side by side they would measure each other. */
  let before: Promise<unknown> = Promise.resolve()
  return async ({ exchange, headers }) => {
    const query = queryOf(exchange.target)
    const wish = wishOf((name) => query.get(name))
    const report = before.then(() => examine(wish))
    before = report.catch(() => {})
    headers['cache-control'] = 'no-store'
    return json(await report)
  }
}

function wishOf(given: (name: string) => string | null): DoctorOptions {
  const words = given('only')?.split(',') ?? null
  const only = words === null ? null : CHECK_IDS.filter((id) => words.includes(id))
  if (only !== null && only.length !== words?.length)
    throw invalidRequest(`'only' takes ${CHECK_IDS.join(', ')}, with commas between.`, 'only')
  const tokens = Number(given('tokens') ?? 1)
  if (!Number.isSafeInteger(tokens) || tokens < 1)
    throw invalidRequest("'tokens' takes a whole number.", 'tokens')
  return {
    only,
    language: languageOf(given('lang') ?? undefined),
    user: given('user'),
    request: given('request'),
    tokens,
    model: given('model'),
  }
}
