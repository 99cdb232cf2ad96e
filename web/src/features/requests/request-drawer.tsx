/** Everything about one request: how its time went, its tokens and how its cost came about. */
import { Trans, useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { type RequestDetail, requestQuery } from '@/api/requests.ts'
import { useMay, usePublicUrl } from '@/api/session.ts'
import { formatNumber } from '@/lib/format.ts'
import { requestCurl } from '@/lib/request-curl.ts'
import { Button } from '@/ui/button.tsx'
import { CodeBlock, CopyButton } from '@/ui/copy.tsx'
import { Drawer } from '@/ui/overlay/dialog.tsx'
import { Facts } from '@/ui/page.tsx'
import { Loaded, SkeletonRows } from '@/ui/states.tsx'
import { Time } from '@/ui/time.tsx'
import { OutcomeBadge } from './outcome-badge.tsx'
import { Refusal } from './refusal.tsx'
import { RequestCost } from './request-cost.tsx'
import { Waterfall } from './waterfall.tsx'

export function RequestDrawer({ id, onClose }: { id: string; onClose: () => void }) {
  const query = useQuery(requestQuery(id))
  return (
    <Drawer
      open
      onClose={onClose}
      title={<Trans>Request</Trans>}
      description={
        <span className="flex items-center gap-1 font-mono text-xs">
          {id} <CopyButton text={id} />
        </span>
      }
    >
      <Loaded query={query} skeleton={<SkeletonRows rows={8} />}>
        {(request) => <Details request={request} />}
      </Loaded>
    </Drawer>
  )
}

function Details({ request }: { request: RequestDetail }) {
  const { t } = useLingui()
  const { tryModels } = useMay()
  const curl = requestCurl({ ...request, address: usePublicUrl() })
  return (
    <div className="flex flex-col gap-6">
      <div className="flex flex-wrap items-center gap-3">
        <OutcomeBadge outcome={request.outcome} status={request.status} />
        <span className="text-soft">
          <Time at={request.started_at} />
        </span>
        {request.error_code && (
          <code className="font-mono text-xs text-bad">{request.error_code}</code>
        )}
      </div>
      <Facts items={useRequestFacts(request)} />
      {request.refusal && (
        <Section title={t`Why it was refused`}>
          <Refusal of={request.refusal} />
        </Section>
      )}
      <Section title={t`Timeline`}>
        <Waterfall request={request} />
      </Section>
      {request.refusal === null && (
        <Section title={t`Tokens and cost`}>
          <RequestCost request={request} />
          {request.reserved_tokens > 0 && (
            <p className="text-xs text-faint">
              <Trans>{formatNumber(request.reserved_tokens)} tokens were reserved for it.</Trans>
            </p>
          )}
        </Section>
      )}
      <Section title={t`Send it again`}>
        {curl !== null && (
          <>
            <CodeBlock text={curl} label={t`Copy as curl`} />
            <p className="text-xs text-faint">
              <Trans>Prompts are not recorded, so the command contains an example prompt.</Trans>
            </p>
          </>
        )}
        {tryModels && (
          <div>
            <Button asChild>
              <Link
                to="/playground"
                search={{ model: request.model || undefined, key: request.key_id }}
              >
                <Trans>Open in the playground</Trans>
              </Link>
            </Button>
          </div>
        )}
      </Section>
    </div>
  )
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="flex flex-col gap-2">
      <h3 className="font-semibold">{title}</h3>
      {children}
    </section>
  )
}

function useRequestFacts(request: RequestDetail): [ReactNode, ReactNode][] {
  const { t } = useLingui()
  const { seeAll } = useMay()
  const link = 'underline underline-offset-2'
  return [
    [
      t`User`,
      seeAll ? (
        <Link
          key="user"
          to="/users/$userId"
          params={{ userId: String(request.user_id) }}
          className={link}
        >
          {request.username}
        </Link>
      ) : (
        request.username
      ),
    ],
    [t`Key`, request.key_name],
    [
      t`Model`,
      request.upstream_model && request.upstream_model !== request.model
        ? `${request.model} → ${request.upstream_model}`
        : request.model || '–',
    ],
    [t`Endpoint`, `${request.endpoint || '–'}${request.stream ? ` · ${t`streamed`}` : ''}`],
    [
      t`Upstream`,
      request.upstream
        ? `${request.upstream}${request.provider ? ` (${request.provider})` : ''}`
        : t`none: refused before any attempt`,
    ],
  ]
}
