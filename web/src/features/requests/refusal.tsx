/** Why the gateway refused a request: its message, and each limit that was compared. */
import { useLingui } from '@lingui/react/macro'
import type { RequestDetail } from '@/api/requests.ts'
import { formatDuration, formatNumber } from '@/lib/format.ts'
import { Badge } from '@/ui/badge.tsx'

type Refused = NonNullable<RequestDetail['refusal']>
type Figure = Refused['figures'][number]

export function Refusal({ of: { message, figures } }: { of: Refused }) {
  return (
    <div className="flex flex-col gap-2">
      {/* What the client got, word for word, in any language of the console. */}
      <p lang="en" className="rounded-md bg-warn-soft px-3 py-2 wrap-anywhere text-warn">
        {message}
      </p>
      {figures.length > 0 && <Figures figures={figures} />}
    </div>
  )
}

function Figures({ figures }: { figures: readonly Figure[] }) {
  const { t } = useLingui()
  const ownerOf = useOwnerNames()
  const measures: Record<Figure['measure'], string> = {
    tokens_per_month: t`Tokens per month`,
    requests_per_minute: t`Requests per minute`,
    tokens_per_minute: t`Tokens per minute`,
    requests_in_flight: t`Requests at a time`,
  }
  const heading = 'py-1 pl-3 text-right font-medium'
  const number = 'py-1 pl-3 text-right whitespace-nowrap'
  return (
    <div
      className="overflow-x-auto"
      role="group"
      aria-label={t`Limits that were compared`}
      tabIndex={0}
    >
      <table className="w-full text-left">
        <caption className="sr-only">{t`Limits that were compared`}</caption>
        <thead>
          <tr className="text-xs text-faint">
            <th scope="col" className="py-1 font-medium">{t`Limit`}</th>
            <th scope="col" className={heading}>{t`Allowed`}</th>
            <th scope="col" className={heading}>{t`Used`}</th>
            <th scope="col" className={heading}>{t`Asked for`}</th>
            <th scope="col" className={heading}>{t`Result`}</th>
          </tr>
        </thead>
        <tbody>
          {figures.map(({ measure, owner, limit, used, asked, refused, wait_ms }) => (
            <tr key={`${measure} ${owner}`} className="border-t">
              <th scope="row" className="py-1 font-normal">
                {measures[measure]}
                <span className="block text-xs text-faint">{ownerOf(owner)}</span>
              </th>
              <td className={number}>{formatNumber(limit)}</td>
              <td className={number}>{formatNumber(used)}</td>
              <td className={number}>{formatNumber(asked)}</td>
              <td className={number}>
                {refused ? (
                  <Badge tone="warn">{t`refused`}</Badge>
                ) : (
                  <Badge tone="ok">{t`fits`}</Badge>
                )}
                {wait_ms !== null && wait_ms > 0 && (
                  <span className="block text-xs text-faint">
                    {t`free after ${formatDuration(wait_ms)}`}
                  </span>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** The gateway names an owner in English, such as `user alice`. */
function useOwnerNames(): (owner: string) => string {
  const { t } = useLingui()
  return (owner) => {
    const [, kind = '', name = ''] = /^(user|the address) (.+)$/.exec(owner) ?? []
    if (kind === 'user') return t`User ${name}`
    if (kind !== '') return t`Address ${name}`
    return owner === 'this proxy key' ? t`This key` : owner
  }
}
