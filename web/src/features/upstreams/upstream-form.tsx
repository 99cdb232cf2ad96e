/** The fields of an upstream. */
import { Trans, useLingui } from '@lingui/react/macro'
import { useMutation, useQuery } from '@tanstack/react-query'
import { errorText } from '@/api/error-text.ts'
import { ApiError } from '@/api/errors.ts'
import { providersQuery, upstreamActions } from '@/api/upstreams.ts'
import { Button } from '@/ui/button.tsx'
import { Field, SecretInput, Select, TextArea, TextInput } from '@/ui/field.tsx'
import type { UpstreamDraft } from './upstream-draft.ts'

interface UpstreamFieldsProps {
  draft: UpstreamDraft
  onChange: (draft: UpstreamDraft) => void
  error: unknown
  /** The upstream that is edited. */
  id?: number
  /** For many keys at once, which get names of their own. */
  withoutKey?: boolean
}

export function UpstreamFields({
  draft,
  onChange,
  error,
  id,
  withoutKey = false,
}: UpstreamFieldsProps) {
  const { t } = useLingui()
  const providers = useQuery(providersQuery).data?.items ?? []
  const provider = providers.find(({ name }) => name === draft.provider)
  const set = (part: Partial<UpstreamDraft>) => onChange({ ...draft, ...part })
  const problem = (field: string) =>
    error instanceof ApiError
      ? (error.fieldMessage(field) ?? error.fieldMessage(`settings.${field}`))
      : undefined
  const text = (field: keyof UpstreamDraft) => ({
    value: draft[field],
    onChange: (event: { target: { value: string } }) => set({ [field]: event.target.value }),
  })
  return (
    <>
      {!withoutKey && (
        <Field label={t`Name`} error={problem('name')}>
          <TextInput required maxLength={64} spellCheck={false} {...text('name')} />
        </Field>
      )}
      <Field label={t`Provider`} error={problem('provider')}>
        <Select {...text('provider')}>
          {(providers.length > 0 ? providers : [{ name: draft.provider }]).map(({ name }) => (
            <option key={name}>{name}</option>
          ))}
        </Select>
      </Field>
      {!withoutKey && (
        <Field
          label={t`Key`}
          hint={
            id === undefined
              ? t`Stored encrypted and never shown again.`
              : t`Leave empty to keep the stored key.`
          }
          error={problem('secret')}
        >
          <SecretInput required={id === undefined} maxLength={20_000} {...text('secret')} />
        </Field>
      )}
      <Field
        label={t`Address`}
        hint={provider?.base_url ? t`If empty: ${provider.base_url}` : undefined}
        error={problem('base_url')}
      >
        <TextInput
          type="url"
          required={provider !== undefined && provider.base_url === null}
          spellCheck={false}
          placeholder={provider?.base_url ?? 'https://…/v1'}
          {...text('baseUrl')}
        />
      </Field>
      <Field
        label={t`Weight`}
        hint={t`Twice the weight means twice the share of requests.`}
        error={problem('weight')}
      >
        <TextInput type="number" required min={0} max={999_999} step={1} {...text('weight')} />
      </Field>
      {provider?.needs_deployments ? (
        <Field
          label={t`Deployments`}
          hint={t`One per line: model=deployment.`}
          error={problem('deployments')}
        >
          <TextArea spellCheck={false} required {...text('deployments')} />
        </Field>
      ) : (
        <Field
          label={t`Models`}
          hint={t`One per line. Leave empty for every model the provider lists.`}
          error={problem('models')}
        >
          <TextArea spellCheck={false} {...text('models')} />
          {id !== undefined && (
            <FetchModels id={id} onFetched={(models) => set({ models: models.join('\n') })} />
          )}
        </Field>
      )}
      <WireFields provider={provider} text={text} problem={problem} />
    </>
  )
}

interface WireFieldsProps {
  provider: { has_api_version: boolean; chooses_protocol: boolean } | undefined
  text: (field: keyof UpstreamDraft) => {
    value: string
    onChange: (event: { target: { value: string } }) => void
  }
  problem: (field: string) => string | undefined
}

/** How requests are written for it. */
function WireFields({ provider, text, problem }: WireFieldsProps) {
  const { t } = useLingui()
  return (
    <>
      <Field
        label={t`Fixed headers`}
        hint={t`Sent with every request. One a line: Name: value. *** keeps a value that is not shown.`}
        error={problem('headers')}
      >
        <TextArea spellCheck={false} {...text('headers')} />
      </Field>
      {provider?.chooses_protocol && (
        <Field
          label={t`Format`}
          hint={t`The format of conversations that it gets. Requests in other formats are translated.`}
          error={problem('protocol')}
        >
          <Select {...text('protocol')}>
            <option value="">{t`The client's, if the host takes it`}</option>
            <option value="chat">Chat Completions</option>
            <option value="responses">Responses</option>
          </Select>
        </Field>
      )}
      <div className="grid gap-4 sm:grid-cols-2">
        <Field
          label={t`Requests at a time`}
          hint={t`Empty: no limit.`}
          error={problem('max_in_flight')}
        >
          <TextInput type="number" min={0} max={999_999} step={1} {...text('inFlight')} />
        </Field>
        <Field
          label={t`Tags`}
          hint={t`Words by which targets of models name it, such as #eu.`}
          error={problem('tags')}
        >
          <TextInput spellCheck={false} {...text('tags')} />
        </Field>
      </div>
      {provider?.has_api_version && (
        <Field label={t`API version`} error={problem('api_version')}>
          <TextInput
            spellCheck={false}
            maxLength={40}
            placeholder="2025-01-01"
            {...text('apiVersion')}
          />
        </Field>
      )}
    </>
  )
}

function FetchModels({ id, onFetched }: { id: number; onFetched: (models: string[]) => void }) {
  const { t } = useLingui()
  const fetching = useMutation({
    mutationFn: () => upstreamActions.models(id),
    onSuccess: ({ models }) => models.length > 0 && onFetched(models),
  })
  const problem = fetching.data?.problem ?? (fetching.error && errorText(fetching.error))
  return (
    <div className="flex flex-wrap items-center gap-2">
      <Button size="small" busy={fetching.isPending} onClick={() => fetching.mutate()}>
        <Trans>Fetch the provider's model list</Trans>
      </Button>
      {fetching.data && !problem && (
        <span role="status" className="text-xs text-ok">
          {t`${fetching.data.models.length} models`}
        </span>
      )}
      {problem && (
        <span role="alert" className="text-xs text-bad">
          {problem}
        </span>
      )}
    </div>
  )
}
