/** Metric, groups, step and range. */
import { useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { useMay } from '@/api/session.ts'
import { userQuery } from '@/api/users.ts'
import {
  GROUPS,
  type Group,
  METRICS,
  type Metric,
  STEPS,
  type UsageSearch,
} from '@/lib/search-params.ts'
import { Button } from '@/ui/button.tsx'
import { RangePicker } from '@/ui/chart/range-picker.tsx'
import { Select } from '@/ui/field.tsx'
import { XIcon } from '@/ui/icons.ts'
import { useGroupNames, useMetricNames } from './metrics.ts'

interface ControlsProps {
  search: UsageSearch
  onChange: (part: UsageSearch) => void
}

export function UsageControls({ search, onChange }: ControlsProps) {
  const { t } = useLingui()
  const { seeAll } = useMay()
  const metrics = useMetricNames()
  const groups = useGroupNames()
  const steps = { hour: t`By hour`, day: t`By day`, week: t`By week`, month: t`By month` }
  const offered = GROUPS.filter((group) => seeAll || group === 'key' || group === 'model')
  return (
    <div className="flex flex-wrap items-center gap-2">
      <RangePicker
        value={search}
        fallback="month"
        options={['24h', '7d', '30d', '90d', 'month']}
        onChange={onChange}
      />
      <Select
        aria-label={t`Metric`}
        className="!w-auto"
        value={search.metric}
        onChange={(event) => onChange({ metric: event.target.value as Metric })}
      >
        {METRICS.map((metric) => (
          <option key={metric} value={metric}>
            {metrics[metric]}
          </option>
        ))}
      </Select>
      <Select
        aria-label={t`Group by`}
        className="!w-auto"
        value={search.by}
        onChange={(event) => onChange({ by: event.target.value as Group, second: undefined })}
      >
        {offered.map((group) => (
          <option key={group} value={group}>
            {t`by ${groups[group]}`}
          </option>
        ))}
      </Select>
      <Select
        aria-label={t`Then group by`}
        className="!w-auto"
        value={search.second ?? ''}
        onChange={(event) =>
          onChange({ second: (event.target.value || undefined) as Group | undefined })
        }
      >
        <option value="">{t`no second grouping`}</option>
        {offered
          .filter((group) => group !== search.by)
          .map((group) => (
            <option key={group} value={group}>
              {t`then by ${groups[group]}`}
            </option>
          ))}
      </Select>
      <Select
        aria-label={t`Step`}
        className="!w-auto"
        value={search.step}
        onChange={(event) => onChange({ step: event.target.value as UsageSearch['step'] })}
      >
        {STEPS.map((step) => (
          <option key={step} value={step}>
            {steps[step]}
          </option>
        ))}
      </Select>
      {search.user !== undefined && (
        <OfUser id={search.user} onClear={() => onChange({ user: undefined })} />
      )}
    </div>
  )
}

function OfUser({ id, onClear }: { id: number; onClear: () => void }) {
  const { t } = useLingui()
  const name = useQuery(userQuery(id)).data?.value.username ?? String(id)
  return (
    <Button onClick={onClear} aria-label={t`Remove the filter ${name}`}>
      {t`User ${name}`} <XIcon className="size-3.5" />
    </Button>
  )
}
