/** What is asked of the doctor over HTTP, read and checked. */
import { CHECK_IDS } from '../../core/check-ids.ts'
import { invalidRequest } from '../../core/errors.ts'
import type { DoctorOptions } from '../../doctor/options.ts'
import type { Report } from '../../doctor/report.ts'
import { languageFrom } from '../../doctor/text.ts'

type Examine = (options: DoctorOptions) => Promise<Report>

/** One at a time: concurrent examinations would measure each other. */
export function oneExaminationAtATime(examine: Examine): Examine {
  let before: Promise<unknown> = Promise.resolve()
  return (options) => {
    const report = before.then(() => examine(options))
    before = report.catch(() => {})
    return report
  }
}

export function doctorOptions(given: (name: string) => string | null): DoctorOptions {
  const words = given('only')?.split(',') ?? null
  const only = words === null ? null : CHECK_IDS.filter((id) => words.includes(id))
  if (only !== null && only.length !== words?.length)
    throw invalidRequest(`'only' takes ${CHECK_IDS.join(', ')}, with commas between.`, 'only')
  const tokens = Number(given('tokens') ?? 1)
  if (!Number.isSafeInteger(tokens) || tokens < 1)
    throw invalidRequest("'tokens' takes a whole number.", 'tokens')
  return {
    only,
    language: languageFrom(given('lang') ?? undefined),
    user: given('user'),
    request: given('request'),
    tokens,
    model: given('model'),
  }
}
