/** What is wrong? The doctor's checks, run on the server and, for streaming, from this browser. */
import { Trans, useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { type DoctorReport, doctorQuery, type Finding, type Verdict } from '@/api/doctor.ts'
import { formatDuration } from '@/lib/format.ts'
import { Badge, type Tone } from '@/ui/badge.tsx'
import { Button } from '@/ui/button.tsx'
import { CodeBlock, CopyButton } from '@/ui/copy.tsx'
import { StethoscopeIcon } from '@/ui/icons.ts'
import { Page, Panel } from '@/ui/page.tsx'
import { Empty, Failed, SkeletonRows } from '@/ui/states.tsx'
import { BrowserCheck } from './browser-check.tsx'

export function DoctorPage() {
  const { t, i18n } = useLingui()
  const query = useQuery(doctorQuery(i18n.locale))
  const run = () => void query.refetch()
  const report = query.data
  return (
    <Page
      title={t`Doctor`}
      description={t`Checks what often goes wrong, explains why, and says what to do.`}
      actions={
        <>
          {report && (
            <CopyButton
              text={JSON.stringify(report, null, 2)}
              label={t`Copy report without secrets`}
              labelled
            />
          )}
          {(report || query.isFetching) && (
            <Button variant="primary" busy={query.isFetching} onClick={run}>
              {query.isFetching ? <Trans>Running …</Trans> : <Trans>Run again</Trans>}
            </Button>
          )}
        </>
      }
    >
      {query.isFetching && !report && (
        <Panel flush>
          <SkeletonRows rows={10} />
        </Panel>
      )}
      {query.error && <Failed error={query.error} retry={run} />}
      {report ? (
        <Report report={report} />
      ) : (
        !query.isFetching &&
        !query.error && (
          <Panel>
            <Empty
              icon={StethoscopeIcon}
              title={t`Not checked yet`}
              action={
                <Button variant="primary" onClick={run}>
                  <Trans>Run the checks</Trans>
                </Button>
              }
            >
              <Trans>It takes a few seconds and changes nothing.</Trans>
            </Empty>
          </Panel>
        )
      )}
      <BrowserCheck />
    </Page>
  )
}

const TONES: Record<Verdict, Tone> = { ok: 'ok', warning: 'warn', failure: 'bad', skipped: 'off' }
const ORDER: readonly Verdict[] = ['failure', 'warning', 'ok', 'skipped']

/** What each check looks at; one that this console does not know yet is shown by its id. */
function useTitles(): Record<string, string> {
  const { t } = useLingui()
  return {
    'SSE-1': t`Streaming`,
    'LIM-1': t`Rate limits`,
    'UPS-1': t`Upstreams`,
    'DB-1': t`Database`,
    'ENC-1': t`Encryption of stored secrets`,
    'QUO-1': t`Quotas`,
    'NGX-1': t`Reverse proxy`,
    'TLS-1': t`Certificates`,
    'SLOW-1': t`Response times`,
  }
}

function Report({ report }: { report: DoctorReport }) {
  const { t } = useLingui()
  const titles = useTitles()
  const names: Record<Verdict, string> = {
    ok: t`OK`,
    warning: t`warning`,
    failure: t`problem`,
    skipped: t`skipped`,
  }
  const checks = [...report.checks].sort(
    (one, other) => ORDER.indexOf(one.verdict) - ORDER.indexOf(other.verdict),
  )
  return (
    <Panel flush title={t`Checks`}>
      <ul className="divide-y">
        {checks.map(({ id, verdict, took_ms, findings }) => (
          <li key={id} className="flex flex-col gap-2 px-4 py-3 sm:flex-row sm:gap-4">
            <div className="w-28 shrink-0">
              <Badge tone={TONES[verdict]}>{names[verdict]}</Badge>
            </div>
            <div className="flex min-w-0 grow flex-col gap-3">
              <h3 className="flex items-baseline gap-2 font-semibold">
                {titles[id] ?? id}
                <span className="text-xs font-normal text-faint">
                  <span className="font-mono">{id}</span> · {formatDuration(took_ms)}
                </span>
              </h3>
              {findings.map((finding, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a report never changes
                <FindingView key={index} finding={finding} />
              ))}
            </div>
          </li>
        ))}
      </ul>
    </Panel>
  )
}

function FindingView({ finding: { seen, cause, fix, commands } }: { finding: Finding }) {
  const { t } = useLingui()
  return (
    <div className="flex flex-col gap-1">
      <p>{seen}</p>
      {cause && <p className="text-soft">{cause}</p>}
      {fix && <p className="font-medium">{fix}</p>}
      {commands.length > 0 && <CodeBlock text={commands.join('\n')} label={t`Command to paste`} />}
    </div>
  )
}
