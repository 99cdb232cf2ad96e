/** Does it work? A chat as one of one's own keys, with one model or two side by side. */
import { Trans, useLingui } from '@lingui/react/macro'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { keysQuery } from '@/api/keys.ts'
import { playgroundModelsQuery } from '@/api/playground.ts'
import { useIdentity } from '@/api/session.ts'
import { Button } from '@/ui/button.tsx'
import { Field, Select } from '@/ui/field.tsx'
import { KeyIcon } from '@/ui/icons.ts'
import { Page, Panel } from '@/ui/page.tsx'
import { Empty, Failed, Loaded } from '@/ui/states.tsx'
import { ChatPanel } from './chat-panel.tsx'
import { Composer } from './composer.tsx'
import { defaultParameters, ParameterFields } from './parameters.tsx'
import { useChat } from './use-chat.ts'

const route = getRouteApi('/signed-in/playground')

export function PlaygroundPage() {
  const { t } = useLingui()
  const { user_id } = useIdentity()
  const keys = useInfiniteQuery(keysQuery({ userId: user_id, state: 'active' }))
  const { hasNextPage, isFetching, isError, fetchNextPage } = keys
  // All of them: the address may name one of a later page.
  useEffect(() => {
    if (hasNextPage && !isFetching && !isError) void fetchNextPage()
  }, [hasNextPage, isFetching, isError, fetchNextPage])
  return (
    <Page
      title={t`Playground`}
      description={t`Requests count against the key you choose, with its limits and its quota.`}
    >
      <Loaded query={keys}>
        {({ pages }) => {
          const own = pages.flatMap(({ items }) => items)
          if (own.length > 0) return <Playground keys={own} />
          return (
            <Panel>
              <Empty
                icon={KeyIcon}
                title={t`You have no key yet`}
                action={
                  <Button asChild variant="primary">
                    <Link to="/keys" search={{ create: true }}>
                      <Trans>Create a key</Trans>
                    </Link>
                  </Button>
                }
              >
                <Trans>
                  Being signed in does not grant any model: the playground uses a key, as programs
                  do.
                </Trans>
              </Empty>
            </Panel>
          )
        }}
      </Loaded>
    </Page>
  )
}

interface OwnKey {
  id: number
  name: string
  prefix: string
}

function Playground({ keys }: { keys: readonly OwnKey[] }) {
  const { t } = useLingui()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const keyId = keys.some(({ id }) => id === search.key) ? search.key : keys[0]?.id
  const models = useQuery(playgroundModelsQuery(keyId))
  const names = models.data?.models ?? []
  const model = search.model && names.includes(search.model) ? search.model : (names[0] ?? '')
  const [other, setOther] = useState('')
  const [parameters, setParameters] = useState(defaultParameters)
  const first = useChat(keyId, model, parameters)
  const second = useChat(keyId, other, parameters)
  const chats = other === '' ? [first] : [first, second]
  const busy = chats.some(({ running }) => running)
  return (
    <div className="grid gap-4 lg:grid-cols-[1fr_18rem]">
      <div className="flex min-w-0 flex-col gap-4">
        <div className={other === '' ? '' : 'grid gap-4 xl:grid-cols-2'}>
          <ChatPanel chat={first} model={model} />
          {other !== '' && <ChatPanel chat={second} model={other} />}
        </div>
        <Composer
          busy={busy}
          disabled={model === ''}
          onSend={(content) => {
            for (const chat of chats) chat.send(content)
          }}
          onStop={() => {
            for (const chat of chats) chat.stop()
          }}
          onClear={() => {
            for (const chat of chats) chat.clear()
          }}
        />
      </div>
      <Panel title={t`Parameters`} className="self-start">
        <div className="flex flex-col gap-4">
          <Field label={t`Key`}>
            <Select
              value={keyId}
              onChange={(event) =>
                void navigate({
                  search: { ...search, key: Number(event.target.value) },
                  replace: true,
                })
              }
            >
              {keys.map(({ id, name, prefix }) => (
                <option key={id} value={id}>
                  {name} ({prefix}…)
                </option>
              ))}
            </Select>
          </Field>
          {models.error && <Failed error={models.error} retry={() => void models.refetch()} />}
          <Field
            label={t`Model`}
            error={
              models.data &&
              names.length === 0 &&
              (models.data.problem ?? t`This key may not use any of the models available.`)
            }
          >
            <Select
              value={model}
              onChange={(event) =>
                void navigate({ search: { ...search, model: event.target.value }, replace: true })
              }
            >
              {names.map((name) => (
                <option key={name}>{name}</option>
              ))}
            </Select>
          </Field>
          <Field label={t`Compare with`}>
            <Select value={other} onChange={(event) => setOther(event.target.value)}>
              <option value="">{t`no second model`}</option>
              {names
                .filter((name) => name !== model)
                .map((name) => (
                  <option key={name}>{name}</option>
                ))}
            </Select>
          </Field>
          <ParameterFields value={parameters} onChange={setParameters} />
        </div>
      </Panel>
    </div>
  )
}
