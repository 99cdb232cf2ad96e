/** GET /admin/v1/doctor: the doctor's report on the gateway that answers, for admin keys only. */
import type { Context } from 'hono'
import { CHECK_IDS } from '../core/doctor/check-ids.ts'
import type { Report } from '../core/doctor/report.ts'
import { languageOf } from '../core/doctor/text.ts'
import type { DoctorWish } from '../core/doctor/wish.ts'
import { invalidRequest } from '../core/errors.ts'
import { authenticateAdmin } from '../pipeline/authenticate.ts'
import type { Gateway } from '../pipeline/gateway.ts'
import { errorReply, newRequestId } from './refusals.ts'

export type Doctor = (wish: DoctorWish) => Promise<Report>

export function doctor(gateway: Gateway, examine: Doctor) {
  /** One at a time: side by side they would measure each other. */
  let before: Promise<unknown> = Promise.resolve()
  return async (context: Context): Promise<Response> => {
    const requestId = newRequestId()
    try {
      authenticateAdmin(gateway, context.req.raw.headers)
      const wish = wishOf((name) => context.req.query(name) ?? null)
      const report = before.then(() => examine(wish))
      before = report.catch(() => {})
      return Response.json(await report, {
        headers: { 'x-request-id': requestId, 'cache-control': 'no-store' },
      })
    } catch (error) {
      return errorReply(error, requestId, gateway.logger)
    }
  }
}

function wishOf(given: (name: string) => string | null): DoctorWish {
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
