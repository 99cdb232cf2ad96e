/** One target of a model: where a request may go, how much of it, and which requests. */
import { Trans, useLingui } from '@lingui/react/macro'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useDeferredValue, useId } from 'react'
import { modelsQuery } from '@/api/models.ts'
import { providersQuery, upstreamsQuery } from '@/api/upstreams.ts'
import { Button } from '@/ui/button.tsx'
import { Field, TextArea, TextInput } from '@/ui/field.tsx'
import type { TargetDraft } from './definition-draft.ts'

interface TargetFieldsProps {
  target: TargetDraft
  /** Counted from 1. */
  place: number
  onChange: (target: TargetDraft) => void
  /** Undefined for the only target, which has to stay. */
  onRemove: (() => void) | undefined
  problem: (field: string) => string | undefined
}

export function TargetFields({ target, place, onChange, onRemove, problem }: TargetFieldsProps) {
  const { t } = useLingui()
  const text = (field: keyof TargetDraft) => ({
    value: target[field],
    onChange: (event: { target: { value: string } }) =>
      onChange({ ...target, [field]: event.target.value }),
  })
  const number = (field: keyof TargetDraft) => ({ type: 'number', step: 1, ...text(field) })
  return (
    <fieldset className="rounded-md border bg-canvas p-3">
      <legend className="sr-only">{t`Target ${place}`}</legend>
      <div className="mb-2 flex min-h-7 items-center justify-between">
        <span aria-hidden="true" className="font-medium">{t`Target ${place}`}</span>
        {onRemove && (
          <Button size="small" onClick={onRemove} aria-label={t`Remove target ${place}`}>
            <Trans>Remove</Trans>
          </Button>
        )}
      </div>
      <div className="grid gap-3 sm:grid-cols-2">
        <Field label={t`Model`} error={problem('model')}>
          <ModelInput {...text('model')} />
        </Field>
        <Field
          label={t`Upstream`}
          hint={t`A name, a beginning with *, a provider or #tag. Empty: the keys that serve the model.`}
          error={problem('upstream')}
        >
          <UpstreamInput {...text('upstream')} />
        </Field>
        <Field
          label={t`Priority`}
          hint={t`Lower is tried first. Equal ones share the requests.`}
          error={problem('priority')}
        >
          <TextInput required min={0} max={999_999_999} {...number('priority')} />
        </Field>
        <Field
          label={t`Weight`}
          hint={t`Its share among equal priorities. Empty: the weights of its keys.`}
          error={problem('weight')}
        >
          <TextInput min={0} max={999_999_999} {...number('weight')} />
        </Field>
      </div>
      <MoreFields target={target} text={text} number={number} problem={problem} />
    </fieldset>
  )
}

interface MoreFieldsProps extends Pick<TargetFieldsProps, 'target' | 'problem'> {
  text: (field: keyof TargetDraft) => object
  number: (field: keyof TargetDraft) => object
}

function MoreFields({ target, text, number, problem }: MoreFieldsProps) {
  const { t } = useLingui()
  const { contextTokens, maxInFlight, mirrorPercent, conditions } = target
  const used = [contextTokens, maxInFlight, mirrorPercent, conditions].some((each) => each !== '')
  return (
    <details open={used || undefined} className="mt-3">
      <summary className="cursor-pointer text-soft">
        <Trans>Conditions, context, limit and mirror</Trans>
      </summary>
      <div className="mt-2 grid gap-3 sm:grid-cols-3">
        <Field
          label={t`Conditions`}
          hint={t`One per line; all must be met: tag:premium, max-tokens:4000, min-tokens:4000, feature:tools, header:x-tier=gold. ! before a condition negates it.`}
          error={problem('conditions')}
          className="sm:col-span-3"
        >
          <TextArea spellCheck={false} {...text('conditions')} />
        </Field>
        <Field
          label={t`Context in tokens`}
          hint={t`Empty: unknown.`}
          error={problem('context_tokens')}
        >
          <TextInput min={1} max={999_999_999} placeholder="128000" {...number('contextTokens')} />
        </Field>
        <Field
          label={t`Requests at a time`}
          hint={t`Empty: no limit.`}
          error={problem('max_in_flight')}
        >
          <TextInput min={0} max={999_999_999} {...number('maxInFlight')} />
        </Field>
        <Field
          label={t`Mirror, in percent`}
          hint={t`It gets copies of so many requests; its answers are dropped.`}
          error={problem('mirror_percent')}
        >
          <TextInput min={1} max={100} {...number('mirrorPercent')} />
        </Field>
      </div>
    </details>
  )
}

interface SuggestingInputProps {
  value: string | number
  onChange: (event: { target: { value: string } }) => void
}

/** The gateway searches, so that any number of names can be offered. */
function ModelInput(props: SuggestingInputProps) {
  const list = useId()
  const search = useDeferredValue(String(props.value).trim())
  const { data } = useInfiniteQuery(modelsQuery(search || undefined))
  const names = data?.pages[0]?.items.map(({ name }) => name) ?? []
  return (
    <>
      <TextInput required maxLength={200} spellCheck={false} list={list} {...props} />
      <Suggestions id={list} values={names} />
    </>
  )
}

function UpstreamInput(props: SuggestingInputProps) {
  const list = useId()
  const search = useDeferredValue(String(props.value).replace(/[#*]/g, '').trim())
  const { data } = useInfiniteQuery(upstreamsQuery(search || undefined))
  const upstreams = data?.pages[0]?.items ?? []
  const providers = useQuery(providersQuery).data?.items ?? []
  const values = [
    ...upstreams.map(({ name }) => name),
    ...upstreams.flatMap(({ tags }) => tags.map((tag) => `#${tag}`)),
    ...providers.map(({ name }) => name),
  ]
  return (
    <>
      <TextInput maxLength={200} spellCheck={false} list={list} {...props} />
      <Suggestions id={list} values={values} />
    </>
  )
}

function Suggestions({ id, values }: { id: string; values: readonly string[] }) {
  return (
    <datalist id={id}>
      {[...new Set(values)].map((value) => (
        <option key={value} value={value} />
      ))}
    </datalist>
  )
}
