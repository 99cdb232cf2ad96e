/** Gives others the settings of one upstream. */
import { plural } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { useInfiniteQuery, useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { type CopiedField, copySettings, type Upstream, upstreamsQuery } from '@/api/upstreams.ts'
import { Button } from '@/ui/button.tsx'
import { Checkbox } from '@/ui/field.tsx'
import { LoadMore } from '@/ui/load-more.tsx'
import { Dialog } from '@/ui/overlay/dialog.tsx'
import { showToast } from '@/ui/overlay/toast.tsx'
import { FormError, Loaded } from '@/ui/states.tsx'

export function CopySettingsDialog({ from, onClose }: { from: Upstream; onClose: () => void }) {
  const { t } = useLingui()
  const query = useInfiniteQuery(upstreamsQuery(undefined))
  const [fields, setFields] = useState<ReadonlySet<CopiedField>>(new Set(['models']))
  const [targets, setTargets] = useState<ReadonlySet<number>>(new Set())
  const copying = useMutation({
    mutationFn: () => copySettings(from.id, [...targets], [...fields]),
    onSuccess: ({ changed }) =>
      showToast(
        plural(changed, {
          one: '# upstream was changed',
          other: '# upstreams were changed',
        }),
      ),
  })
  const names: Record<CopiedField, string> = {
    models: t`Models`,
    weight: t`Weight`,
    deployments: t`Deployments`,
    api_version: t`API version`,
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title={t`Copy the settings of ${from.name}`}
      footer={
        <>
          <Button onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button
            variant="primary"
            busy={copying.isPending}
            disabled={targets.size === 0 || fields.size === 0}
            onClick={() => copying.mutate(undefined, { onSuccess: onClose })}
          >
            <Trans>Copy to {targets.size}</Trans>
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <fieldset className="flex flex-wrap gap-x-4 gap-y-2">
          <legend className="mb-1 font-medium">
            <Trans>Settings to copy</Trans>
          </legend>
          {Object.entries(names).map(([field, name]) => (
            <Checkbox
              key={field}
              checked={fields.has(field as CopiedField)}
              onChange={() => setFields(toggled(fields, field as CopiedField))}
            >
              {name}
            </Checkbox>
          ))}
        </fieldset>
        <fieldset>
          <legend className="mb-1 font-medium">
            <Trans>Copy to</Trans>
          </legend>
          <Loaded query={query}>
            {({ pages }) => (
              <div className="max-h-72 overflow-y-auto rounded-md border">
                {pages
                  .flatMap(({ items }) => items)
                  .filter(({ id }) => id !== from.id)
                  .map(({ id, name, provider }) => (
                    <Checkbox
                      key={id}
                      checked={targets.has(id)}
                      onChange={() => setTargets(toggled(targets, id))}
                      className="flex w-full border-b px-3 py-1.5 last:border-b-0"
                    >
                      {name} <span className="text-xs text-faint">{provider}</span>
                    </Checkbox>
                  ))}
                <LoadMore query={query} />
              </div>
            )}
          </Loaded>
        </fieldset>
        <FormError error={copying.error} />
      </div>
    </Dialog>
  )
}

function toggled<Item>(set: ReadonlySet<Item>, item: Item): ReadonlySet<Item> {
  const next = new Set(set)
  if (!next.delete(item)) next.add(item)
  return next
}
