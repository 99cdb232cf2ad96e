/** The fields of an upstream, as a draft. */
import { Trans, useLingui } from '@lingui/react/macro'
import { useMutation, useQuery } from '@tanstack/react-query'
import { ApiError } from '@/api/errors.ts'
import {
  providersQuery,
  type Upstream,
  type UpstreamSettings,
  upstreamActions,
} from '@/api/upstreams.ts'
import { parseList } from '@/lib/quantity.ts'
import { Button } from '@/ui/button.tsx'
import { Field, SecretInput, Select, TextArea, TextInput } from '@/ui/field.tsx'

export interface UpstreamDraft {
  name: string
  provider: string
  baseUrl: string
  weight: string
  models: string
  deployments: string
  /** One a line, `Name: value`. */
  headers: string
  apiVersion: string
  /** Empty: any. */
  protocol: string
  /** Empty while editing: the stored key stays. */
  secret: string
}

export const emptyUpstream: UpstreamDraft = {
  name: '',
  provider: 'openai',
  baseUrl: '',
  weight: '1',
  models: '',
  deployments: '',
  headers: '',
  apiVersion: '',
  protocol: '',
  secret: '',
}

export const upstreamDraft = (upstream: Upstream): UpstreamDraft => ({
  name: upstream.name,
  provider: upstream.provider,
  baseUrl: upstream.base_url,
  weight: String(upstream.weight),
  models: upstream.models?.join('\n') ?? '',
  deployments: Object.entries(upstream.deployments ?? {})
    .map(([model, deployment]) => `${model}=${deployment}`)
    .join('\n'),
  headers: Object.entries(upstream.headers ?? {})
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n'),
  apiVersion: upstream.api_version ?? '',
  protocol: upstream.protocol ?? '',
  secret: '',
})

export function upstreamSettings(draft: UpstreamDraft): UpstreamSettings {
  const pairs = (parseList(draft.deployments) ?? []).map((line) => line.split('='))
  const baseUrl = draft.baseUrl.trim()
  return {
    provider: draft.provider,
    ...(baseUrl ? { base_url: baseUrl } : {}),
    weight: Number(draft.weight),
    models: parseList(draft.models),
    deployments: pairs.length
      ? Object.fromEntries(
          pairs.map(([model = '', deployment = model]) => [model.trim(), deployment.trim()]),
        )
      : null,
    headers: headersIn(draft.headers),
    api_version: draft.apiVersion.trim() || null,
    protocol: protocolIn(draft.protocol),
  }
}

function protocolIn(choice: string): 'chat' | 'responses' | null {
  return choice === 'chat' || choice === 'responses' ? choice : null
}

/** A line without a colon is a name without a value, which the server refuses. */
function headersIn(text: string): Record<string, string> | null {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const pairs = lines.map((line) => {
    const [name = '', ...value] = line.split(':')
    return [name.trim(), value.join(':').trim()]
  })
  return pairs.length === 0 ? null : Object.fromEntries(pairs)
}

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
  const problem = fetching.data?.problem ?? fetching.error?.message
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
