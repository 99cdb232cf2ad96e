/** What needs attention, from the doctor, each with what to do. */
import { Plural, Trans } from '@lingui/react/macro'
import { Link } from '@tanstack/react-router'
import type { Overview } from '@/api/overview.ts'
import { Badge } from '@/ui/badge.tsx'
import { Button } from '@/ui/button.tsx'
import { CircleCheckIcon } from '@/ui/icons.ts'
import { Panel } from '@/ui/page.tsx'

export function Attention({ findings }: { findings: Overview['attention'] }) {
  if (findings.length === 0)
    return (
      <p className="flex items-center gap-2 rounded-lg border bg-surface px-4 py-3 shadow-panel">
        <CircleCheckIcon className="size-4 text-ok" />
        <Trans>Nothing needs your attention.</Trans>
      </p>
    )
  return (
    <Panel
      flush
      title={
        <Plural
          value={findings.length}
          one="# thing needs your attention"
          other="# things need your attention"
        />
      }
      actions={
        <Button asChild size="small">
          <Link to="/doctor">
            <Trans>Open the doctor</Trans>
          </Link>
        </Button>
      }
    >
      <ul className="divide-y">
        {findings.map((finding) => (
          <li
            key={`${finding.check}-${finding.title}`}
            className="flex flex-col gap-1.5 px-4 py-3 sm:flex-row sm:gap-4"
          >
            <div className="w-24 shrink-0">
              {finding.severity === 'problem' ? (
                <Badge tone="bad">
                  <Trans>Problem</Trans>
                </Badge>
              ) : (
                <Badge tone="warn">
                  <Trans>Warning</Trans>
                </Badge>
              )}
            </div>
            <div className="min-w-0 grow">
              <p className="font-medium">{finding.title}</p>
              <p className="text-soft">{finding.detail}</p>
              {finding.fix && <p>{finding.fix}</p>}
            </div>
            {finding.link && <Show link={finding.link} />}
          </li>
        ))}
      </ul>
    </Panel>
  )
}

/** The page that helps, as the gateway names it. */
function Show({ link }: { link: string }) {
  const [path = '/', query = ''] = link.split('?')
  return (
    <Button asChild size="small" className="self-start">
      <Link to={path} search={Object.fromEntries(new URLSearchParams(query)) as never}>
        <Trans>Show</Trans>
      </Link>
    </Button>
  )
}
