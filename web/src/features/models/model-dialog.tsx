/** Declares a model: a public name, and the targets it leads to, in order. */
import { Trans, useLingui } from '@lingui/react/macro'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { ApiError } from '@/api/errors.ts'
import { declareModel, type Model, type ModelDefinition } from '@/api/models.ts'
import { Button, IconButton } from '@/ui/button.tsx'
import { Dialog } from '@/ui/dialog.tsx'
import { Field, Select, TextInput } from '@/ui/field.tsx'
import { PlusIcon, TrashIcon } from '@/ui/icons.tsx'
import { FormError } from '@/ui/states.tsx'
import { showToast } from '@/ui/toast.tsx'

interface TargetDraft {
  id: number
  upstream: string
  model: string
  priority: string
  weight: string
}

type Strategy = NonNullable<ModelDefinition['strategy']>

let lastId = 0
const newTarget = (): TargetDraft => ({
  id: ++lastId,
  upstream: '',
  model: '',
  priority: '0',
  weight: '1',
})

function targetsOf(model: Model | undefined): TargetDraft[] {
  const targets = model?.definition?.targets ?? []
  if (targets.length === 0) return [{ ...newTarget(), model: model?.name ?? '' }]
  return targets.map((target) => ({
    id: ++lastId,
    upstream: target.upstream,
    model: target.model,
    priority: String(target.priority ?? 0),
    weight: String(target.weight ?? 1),
  }))
}

export function ModelDialog({ model, onClose }: { model?: Model; onClose: () => void }) {
  const { t } = useLingui()
  const [name, setName] = useState(model?.name ?? '')
  const [strategy, setStrategy] = useState<Strategy>(model?.definition?.strategy ?? 'priority')
  const [targets, setTargets] = useState(() => targetsOf(model))
  const saving = useMutation({
    mutationFn: () =>
      declareModel(name.trim(), {
        ...model?.definition,
        strategy,
        targets: targets.map(({ upstream, model: served, priority, weight }) => ({
          upstream: upstream.trim(),
          model: served.trim(),
          priority: Number(priority),
          weight: Number(weight),
        })),
      }),
    onSuccess: () => {
      showToast(t`${name} was declared`)
      onClose()
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!saving.isPending) saving.mutate()
  }
  const change = (id: number, part: Partial<TargetDraft>) =>
    setTargets(targets.map((target) => (target.id === id ? { ...target, ...part } : target)))
  const problem = (field: string) =>
    saving.error instanceof ApiError ? saving.error.fieldMessage(field) : undefined
  const strategies: Record<Strategy, string> = {
    priority: t`in order of priority`,
    latency: t`the quickest first`,
    cost: t`the cheapest first`,
    sticky: t`the same one for the same conversation`,
  }
  return (
    <Dialog
      open
      size="large"
      onClose={onClose}
      title={model ? t`Where ${model.name} leads` : t`Declare a model`}
      footer={
        <>
          <Button onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button type="submit" form="model" variant="primary" busy={saving.isPending}>
            <Trans>Save</Trans>
          </Button>
        </>
      }
    >
      <form id="model" onSubmit={submit} className="flex flex-col gap-4">
        {!model && (
          <Field label={t`Public name`} error={problem('model')}>
            <TextInput
              required
              maxLength={200}
              spellCheck={false}
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          </Field>
        )}
        <Field label={t`Which target first`}>
          <Select
            value={strategy}
            onChange={(event) => setStrategy(event.target.value as Strategy)}
          >
            {Object.entries(strategies).map(([each, text]) => (
              <option key={each} value={each}>
                {text}
              </option>
            ))}
          </Select>
        </Field>
        {targets.map((target, index) => (
          <fieldset
            key={target.id}
            className="grid grid-cols-2 gap-2 rounded-md border p-3 sm:grid-cols-[1fr_1fr_5rem_5rem_2rem]"
          >
            <legend className="px-1 text-xs text-faint">
              <Trans>Target {index + 1}</Trans>
            </legend>
            <Field label={t`Upstream`} error={problem(`targets.${index}.upstream`)}>
              <TextInput
                required
                spellCheck={false}
                value={target.upstream}
                onChange={(event) => change(target.id, { upstream: event.target.value })}
              />
            </Field>
            <Field label={t`Its model`} error={problem(`targets.${index}.model`)}>
              <TextInput
                required
                spellCheck={false}
                value={target.model}
                onChange={(event) => change(target.id, { model: event.target.value })}
              />
            </Field>
            <Field label={t`Priority`}>
              <TextInput
                type="number"
                min={0}
                max={1000}
                required
                value={target.priority}
                onChange={(event) => change(target.id, { priority: event.target.value })}
              />
            </Field>
            <Field label={t`Weight`}>
              <TextInput
                type="number"
                min={0}
                max={999_999}
                required
                value={target.weight}
                onChange={(event) => change(target.id, { weight: event.target.value })}
              />
            </Field>
            <IconButton
              label={t`Remove target ${index + 1}`}
              className="self-end"
              disabled={targets.length === 1}
              onClick={() => setTargets(targets.filter(({ id }) => id !== target.id))}
            >
              <TrashIcon />
            </IconButton>
          </fieldset>
        ))}
        <div>
          <Button size="small" onClick={() => setTargets([...targets, newTarget()])}>
            <PlusIcon className="size-3.5" /> <Trans>One more target</Trans>
          </Button>
        </div>
        <FormError error={saving.error} />
      </form>
    </Dialog>
  )
}
