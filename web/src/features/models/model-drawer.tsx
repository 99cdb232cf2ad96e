/** One model: what would serve it right now and why, its definition, and its price. */
import { Trans, useLingui } from '@lingui/react/macro'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { type Model, removeDefinition } from '@/api/models.ts'
import { useMay } from '@/api/session.ts'
import { Button } from '@/ui/button.tsx'
import { Confirm } from '@/ui/overlay/confirm.tsx'
import { Drawer } from '@/ui/overlay/dialog.tsx'
import { showToast } from '@/ui/overlay/toast.tsx'
import { DryRun } from './dry-run.tsx'
import { PriceForm } from './price-form.tsx'

interface ModelDrawerProps {
  model: Model
  /** Opens the form of its definition. */
  onDefine: () => void
  onClose: () => void
}

export function ModelDrawer({ model, onDefine, onClose }: ModelDrawerProps) {
  return (
    <Drawer open onClose={onClose} title={model.name}>
      <div className="flex flex-col gap-6">
        <section className="flex flex-col gap-3">
          <h3 className="font-semibold">
            <Trans>What would serve a request right now</Trans>
          </h3>
          <DryRun model={model.name} />
          <div className="flex flex-wrap gap-2">
            <Button asChild size="small">
              <Link to="/requests" search={{ model: model.name }}>
                <Trans>View requests</Trans>
              </Link>
            </Button>
            <DefinitionActions model={model} onDefine={onDefine} onRemoved={onClose} />
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

interface DefinitionActionsProps {
  model: Model
  onDefine: () => void
  onRemoved: () => void
}

function DefinitionActions({ model, onDefine, onRemoved }: DefinitionActionsProps) {
  const { t } = useLingui()
  const { administer } = useMay()
  const [removing, setRemoving] = useState(false)
  if (!administer || model.name.endsWith('*')) return null
  const { name } = model
  if (model.origin !== 'declared')
    return (
      <Button size="small" onClick={onDefine}>
        <Trans>Define its targets</Trans>
      </Button>
    )
  return (
    <>
      <Button size="small" onClick={onDefine}>
        <Trans>Edit its definition</Trans>
      </Button>
      <Button size="small" variant="danger" onClick={() => setRemoving(true)}>
        <Trans>Remove its definition</Trans>
      </Button>
      {removing && (
        <Confirm
          title={t`Remove the definition of ${name}?`}
          action={t`Remove the definition of ${name}`}
          run={async () => {
            await removeDefinition(name)
            showToast(t`The definition of ${name} was removed`)
            onRemoved()
          }}
          onClose={() => setRemoving(false)}
        >
          <Trans>After that, the name works only if an upstream serves a model of that name.</Trans>
        </Confirm>
      )}
    </>
  )
}
