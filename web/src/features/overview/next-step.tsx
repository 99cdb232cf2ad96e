/** What an empty gateway shows instead of figures: the next step of three. */
import { Trans, useLingui } from '@lingui/react/macro'
import { Link } from '@tanstack/react-router'
import type { Overview } from '@/api/overview.ts'
import { Button } from '@/ui/button.tsx'
import { classNames } from '@/ui/class-names.ts'
import { CheckIcon } from '@/ui/icons.ts'
import { Panel } from '@/ui/page.tsx'

type Step = NonNullable<Overview['next_step']>

export function NextStep({ step }: { step: Step }) {
  const { t } = useLingui()
  const steps: {
    id: Step
    title: string
    text: string
    to: '/upstreams' | '/keys' | '/playground'
    action: string
  }[] = [
    {
      id: 'add_upstream',
      title: t`Add a provider's key`,
      text: t`The gateway sends requests with it. It is stored encrypted and never shown again.`,
      to: '/upstreams',
      action: t`Add an upstream`,
    },
    {
      id: 'create_key',
      title: t`Create a key for a user`,
      text: t`People and programs use it instead of the provider's key. You set its limits and models.`,
      to: '/keys',
      action: t`Create a key`,
    },
    {
      id: 'send_request',
      title: t`Send a first request`,
      text: t`From the playground, or with the snippets that come with each new key.`,
      to: '/playground',
      action: t`Open the playground`,
    },
  ]
  const at = steps.findIndex(({ id }) => id === step)
  return (
    <Panel title={<Trans>Three steps to your first answer</Trans>} className="max-w-2xl">
      <ol className="flex flex-col gap-5">
        {steps.map(({ id, title, text, to, action }, index) => (
          <li key={id} className="flex gap-3" aria-current={index === at ? 'step' : undefined}>
            <span
              className={classNames(
                'flex size-6 shrink-0 items-center justify-center rounded-full text-xs font-semibold',
                index < at
                  ? 'bg-ok-soft text-ok'
                  : index === at
                    ? 'bg-accent text-on-accent'
                    : 'bg-sunken text-soft',
              )}
            >
              {index < at ? <CheckIcon className="size-3.5" /> : index + 1}
            </span>
            <div>
              <p className="font-semibold">{title}</p>
              <p className="text-soft">{index < at ? <Trans>Done.</Trans> : text}</p>
              {index === at && (
                <Button asChild variant="primary" className="mt-2">
                  <Link to={to} search={to === '/playground' ? {} : { create: true }}>
                    {action}
                  </Link>
                </Button>
              )}
            </div>
          </li>
        ))}
      </ol>
    </Panel>
  )
}
