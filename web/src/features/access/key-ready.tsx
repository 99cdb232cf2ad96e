/** A new key: shown once, with ways to use it and a test that waits for the first answer. */
import { Trans, useLingui } from '@lingui/react/macro'
import * as Tabs from '@radix-ui/react-tabs'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { CreatedKey } from '@/api/keys.ts'
import { usableModelsQuery } from '@/api/model-calls.ts'
import { usePublicUrl } from '@/api/session.ts'
import { SNIPPET_NAMES, type SnippetName, snippet } from '@/lib/snippets.ts'
import { CodeBlock } from '@/ui/copy.tsx'
import { TriangleAlertIcon } from '@/ui/icons.ts'
import { KeyTest } from './key-test.tsx'

const NAMES: Record<SnippetName, string> = {
  env: 'Shell',
  curl: 'curl',
  python: 'Python',
  typescript: 'TypeScript',
  'ai-sdk': 'AI SDK',
  'cherry-studio': 'Cherry Studio',
}

const NO_CHAT = /embed|whisper|tts|dall-e|image|moderation|rerank|transcri/i

export function KeyReady({ created }: { created: CreatedKey }) {
  const { t } = useLingui()
  const [tab, setTab] = useState<SnippetName>('curl')
  const baseUrl = `${usePublicUrl()}/v1`
  const models = useQuery(usableModelsQuery(created.secret)).data ?? []
  const model = models.find((each) => !NO_CHAT.test(each)) ?? models[0] ?? 'gpt-4o-mini'
  if (created.secret === null)
    return (
      <p role="alert" className="flex gap-2 rounded-md bg-warn-soft p-3 text-warn">
        <TriangleAlertIcon className="mt-0.5" />
        <Trans>
          The key was created by an earlier attempt whose response was lost, and its secret is shown
          only once. Rotate it: Keys → “{created.name}” → Rotate.
        </Trans>
      </p>
    )
  return (
    <div className="flex flex-col gap-5">
      <section className="flex flex-col gap-2">
        <CodeBlock text={created.secret} label={t`The key`} />
        <p className="text-soft">
          <Trans>Copy it now: it is stored only as a hash and can't be shown again.</Trans>
        </p>
      </section>
      <KeyTest keyId={created.id} secret={created.secret} model={model} />
      <section>
        <Tabs.Root value={tab} onValueChange={(next) => setTab(next as SnippetName)}>
          <Tabs.List aria-label={t`How to use it`} className="mb-2 flex flex-wrap gap-1">
            {SNIPPET_NAMES.map((name) => (
              <Tabs.Trigger
                key={name}
                value={name}
                className="rounded-md px-2.5 py-1 text-soft hover:bg-hover data-[state=active]:bg-accent-soft data-[state=active]:font-medium data-[state=active]:text-accent-ink"
              >
                {NAMES[name]}
              </Tabs.Trigger>
            ))}
          </Tabs.List>
          {SNIPPET_NAMES.map((name) => (
            <Tabs.Content key={name} value={name}>
              <CodeBlock text={snippet(name, { baseUrl, model })} label={NAMES[name]} />
            </Tabs.Content>
          ))}
        </Tabs.Root>
      </section>
    </div>
  )
}
