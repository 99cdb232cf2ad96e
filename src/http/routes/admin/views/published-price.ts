/** What the price list says about models, at the upstream that would be asked first. */
import type { UpstreamKey } from '../../../../core/entities.ts'
import { PROVIDER_FACTS } from '../../../../core/providers/providers.ts'
import type { PriceQuestion } from '../../../../usage/console-reports.ts'
import type { Rate, Rates } from '../../../../usage/prices.ts'
import type { AdminApiParts } from '../frame/parts.ts'

/** By model name, USD per million tokens; names whose price is unknown are absent. */
export async function publishedPricesOf(
  { services, reports }: AdminApiParts,
  names: readonly string[],
) {
  const asked = names.flatMap((name) => {
    const [target] = services.directory.routeFor(name).plan
    const key = target?.keys[0]?.key
    const question = key && questionOf(key, { name, upstreamModel: target?.model ?? name })
    return question ? [{ name, question }] : []
  })
  if (asked.length === 0) return new Map<string, never>()
  const rates = await reports.publishedRates(asked.map(({ question }) => question))
  return new Map(
    asked.flatMap(({ name }, at) => {
      const found = rates[at]
      return found ? [[name, viewOf(name, found)] as const] : []
    }),
  )
}

/** As usage is priced: on Azure a deployment's name says nothing, so the client's name counts. */
function questionOf(
  { provider, baseUrl }: UpstreamKey,
  { name, upstreamModel }: { name: string; upstreamModel: string },
): PriceQuestion | null {
  const { prices, namesAreDeployments } = PROVIDER_FACTS[provider]
  if (prices === 'none') return null
  const vendor = prices === 'own' ? provider : null
  return { source: { vendor, baseUrl }, model: namesAreDeployments ? name : upstreamModel }
}

function viewOf(model: string, rates: Rates) {
  return {
    model,
    source: 'published' as const,
    input_usd: smallest(rates.input),
    output_usd: smallest(rates.output),
    cached_usd: rates.cached === null ? null : smallest(rates.cached),
    reasoning_usd: rates.reasoning === null ? null : smallest(rates.reasoning),
    audio_input_usd: rates.audioInput === null ? null : smallest(rates.audioInput),
    audio_output_usd: rates.audioOutput === null ? null : smallest(rates.audioOutput),
  }
}

/** The rate of a short prompt, if long ones cost more. */
function smallest(rate: Rate): number {
  return typeof rate === 'number' ? rate : rate.base
}
