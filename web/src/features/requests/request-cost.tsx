/** What a request consumed, and how its cost came about. */
import { useLingui } from '@lingui/react/macro'
import type { RequestDetail } from '@/api/requests.ts'
import { formatCost, formatNumber } from '@/lib/format.ts'
import { UNITS } from '@/lib/units.ts'
import { Facts } from '@/ui/page.tsx'
import { useUnitNames } from '@/ui/words/unit-names.ts'

export function RequestCost({ request }: { request: RequestDetail }) {
  const { t } = useLingui()
  const kinds: Record<string, string> = {
    input: t`input`,
    cached: t`cached input`,
    cache_write: t`written to the cache`,
    cache_write_1h: t`written to the cache for an hour`,
    output: t`output`,
    reasoning: t`reasoning`,
    audio_input: t`audio input`,
    audio_output: t`audio output`,
  }
  const units = useUnitFacts(request)
  if (request.cost.length === 0)
    return (
      <Facts
        items={[
          [t`Input`, formatNumber(request.prompt_tokens)],
          [t`Output`, formatNumber(request.completion_tokens)],
          ...units,
          [
            t`Cost`,
            request.cost_usd === null ? t`no price is known` : formatCost(request.cost_usd),
          ],
        ]}
      />
    )
  return (
    <table className="w-full text-left">
      <caption className="sr-only">{t`Tokens and cost`}</caption>
      <thead>
        <tr className="text-xs text-faint">
          <th scope="col" className="py-1 font-medium">{t`Kind`}</th>
          <th scope="col" className="py-1 text-right font-medium">{t`Tokens`}</th>
          <th scope="col" className="py-1 text-right font-medium">{t`Per million`}</th>
          <th scope="col" className="py-1 text-right font-medium">{t`Cost`}</th>
        </tr>
      </thead>
      <tbody>
        {request.cost.map(({ kind, tokens, usd_per_million, usd }) => (
          <tr key={kind} className="border-t">
            <th scope="row" className="py-1 font-normal">
              {kinds[kind] ?? kind}
            </th>
            <td className="py-1 text-right">{formatNumber(tokens)}</td>
            <td className="py-1 text-right text-faint">{formatCost(usd_per_million)}</td>
            <td className="py-1 text-right">{formatCost(usd)}</td>
          </tr>
        ))}
        {units.map(([name, count]) => (
          <tr key={name} className="border-t">
            <th scope="row" className="py-1 font-normal">
              {name}
            </th>
            <td className="py-1 text-right">{count}</td>
            <td />
            <td />
          </tr>
        ))}
        <tr className="border-t font-semibold">
          <th scope="row" className="py-1">
            {request.estimated ? t`Total (tokens estimated)` : t`Total`}
          </th>
          <td className="py-1 text-right">{formatNumber(request.total_tokens)}</td>
          <td />
          <td className="py-1 text-right">{formatCost(request.cost_usd)}</td>
        </tr>
      </tbody>
    </table>
  )
}

/** Those that it has: most requests consume only tokens. */
function useUnitFacts(request: RequestDetail): [string, string][] {
  const names = useUnitNames()
  return UNITS.filter((unit) => request[unit] > 0).map((unit) => [
    names[unit],
    formatNumber(request[unit]),
  ])
}
