/** One model: what would serve it right now and why, and its price. */
import { Trans } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { explainQuery, type Model, type Target } from '@/api/models.ts'
import { Badge } from '@/ui/badge.tsx'
import { Button } from '@/ui/button.tsx'
import { Drawer } from '@/ui/overlay/dialog.tsx'
import { Loaded } from '@/ui/states.tsx'
import { PriceForm } from './price-form.tsx'

export function ModelDrawer({ model, onClose }: { model: Model; onClose: () => void }) {
  const plan = useQuery(explainQuery(model.name))
  return (
    <Drawer open onClose={onClose} title={model.name}>
      <div className="flex flex-col gap-6">
        <section className="flex flex-col gap-2">
          <h3 className="font-semibold">
            <Trans>What would serve a request right now</Trans>
          </h3>
          <Loaded query={plan}>
            {({ allowed, problem, targets }) => (
              <>
                {(problem || !allowed) && (
                  <p className="rounded-md bg-warn-soft px-3 py-2 text-warn">{problem}</p>
                )}
                <ol className="divide-y rounded-md border">
                  {targets.map((target, index) => (
                    <TargetRow
                      key={`${target.upstream_id}-${target.model}`}
                      target={target}
                      place={index + 1}
                    />
                  ))}
                </ol>
              </>
            )}
          </Loaded>
          <div className="flex flex-wrap gap-2">
            <Button asChild size="small">
              <Link to="/requests" search={{ model: model.name }}>
                <Trans>View requests</Trans>
              </Link>
            </Button>
          </div>
        </section>
        <section className="flex flex-col gap-2">
          <h3 className="font-semibold">
            <Trans>Price in US dollars per million tokens</Trans>
          </h3>
          <PriceForm model={model} />
        </section>
      </div>
    </Drawer>
  )
}

function TargetRow({ target, place }: { target: Target; place: number }) {
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 px-3 py-2">
      <span className="w-4 text-right text-faint">{place}</span>
      <span className="font-medium">{target.upstream ?? '–'}</span>
      <span className="text-soft">{target.model}</span>
      <span className="ml-auto text-xs text-faint">
        <Trans>weight {target.weight}</Trans>
      </span>
      {target.skipped ? (
        <Badge tone="wait">{target.skipped}</Badge>
      ) : (
        <Badge tone="ok">
          <Trans>ready</Trans>
        </Badge>
      )}
    </li>
  )
}
