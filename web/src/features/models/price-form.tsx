/** An own price for a model; it holds for requests from now on, past costs stay. */
import { Trans, useLingui } from '@lingui/react/macro'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { ApiError } from '@/api/errors.ts'
import { type Model, removePrice, setPrice } from '@/api/models.ts'
import { useMay } from '@/api/session.ts'
import { Button } from '@/ui/button.tsx'
import { Field, TextInput } from '@/ui/field.tsx'
import { showToast } from '@/ui/overlay/toast.tsx'
import { FormError } from '@/ui/states.tsx'

const FIELDS = ['input_usd', 'output_usd', 'cached_usd', 'reasoning_usd'] as const
type PriceField = (typeof FIELDS)[number]

export function PriceForm({ model }: { model: Model }) {
  const { t } = useLingui()
  const { administer } = useMay()
  const [draft, setDraft] = useState<Record<PriceField, string>>(() => ({
    input_usd: String(model.price?.input_usd ?? ''),
    output_usd: String(model.price?.output_usd ?? ''),
    cached_usd: String(model.price?.cached_usd ?? ''),
    reasoning_usd: String(model.price?.reasoning_usd ?? ''),
  }))
  const optional = (text: string) => (text === '' ? null : Number(text))
  const saving = useMutation({
    mutationFn: () =>
      setPrice(model.name, {
        input_usd: Number(draft.input_usd),
        output_usd: Number(draft.output_usd),
        cached_usd: optional(draft.cached_usd),
        reasoning_usd: optional(draft.reasoning_usd),
      }),
    onSuccess: () => showToast(t`The price of ${model.name} was set`),
  })
  const removing = useMutation({
    mutationFn: () => removePrice(model.name),
    onSuccess: () => showToast(t`${model.name} has the published price again`),
  })
  const names: Record<PriceField, string> = {
    input_usd: t`Input`,
    output_usd: t`Output`,
    cached_usd: t`Cached input`,
    reasoning_usd: t`Reasoning`,
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    saving.mutate()
  }
  return (
    <form onSubmit={submit} className="flex flex-col gap-3">
      <div className="grid gap-3 sm:grid-cols-2">
        {FIELDS.map((field) => (
          <Field
            key={field}
            label={names[field]}
            error={saving.error instanceof ApiError && saving.error.fieldMessage(field)}
          >
            <TextInput
              type="number"
              min={0}
              step="any"
              required={field === 'input_usd' || field === 'output_usd'}
              disabled={!administer}
              value={draft[field]}
              onChange={(event) => setDraft({ ...draft, [field]: event.target.value })}
            />
          </Field>
        ))}
      </div>
      <p className="text-xs text-faint">
        {model.price?.source === 'own' ? (
          <Trans>A custom price. It applies to requests made after it was set.</Trans>
        ) : model.price ? (
          <Trans>
            The published price. A custom price applies to requests made after it is set.
          </Trans>
        ) : (
          <Trans>No price is known, so its requests have no cost.</Trans>
        )}
      </p>
      <FormError error={saving.error ?? removing.error} />
      {administer && (
        <div className="flex flex-wrap gap-2">
          <Button type="submit" variant="primary" busy={saving.isPending}>
            <Trans>Set price</Trans>
          </Button>
          {model.price?.source === 'own' && (
            <Button busy={removing.isPending} onClick={() => removing.mutate()}>
              <Trans>Use the published price</Trans>
            </Button>
          )}
        </div>
      )}
    </form>
  )
}
