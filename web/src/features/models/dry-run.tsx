/** What would serve a request right now, and why: for any request, or for one of a key and with a body. */
import { Trans, useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { useDeferredValue, useState } from 'react'
import { errorText } from '@/api/error-text.ts'
import { dryRunQuery, type ExplainedTarget } from '@/api/models.ts'
import { Field, TextArea } from '@/ui/field.tsx'
import { Loaded } from '@/ui/states.tsx'
import { type KeyChoice, KeyPicker } from './key-picker.tsx'
import { Verdict } from './verdict.tsx'

/** Not candidates at all: shown on request only. */
const ASIDE: readonly ExplainedTarget['reason'][] = ['not_a_target', 'not_served', 'less_specific']

export function DryRun({ model }: { model: string }) {
  const { t } = useLingui()
  const [key, setKey] = useState<KeyChoice | null>(null)
  const [text, setText] = useState('')
  const body = useDeferredValue(text.trim())
  const isJson = body === '' || isObject(body)
  const query = useQuery(
    dryRunQuery(model, { keyId: key?.id, body: isJson && body !== '' ? body : undefined }),
  )
  return (
    <div className="flex flex-col gap-3">
      <Loaded query={query}>{({ items }) => <Targets items={items} />}</Loaded>
      {query.data && query.error && (
        <p role="alert" className="text-xs text-bad">
          {errorText(query.error)}
        </p>
      )}
      <details>
        <summary className="cursor-pointer text-soft">
          <Trans>For a certain key or request</Trans>
        </summary>
        <div className="mt-2 flex flex-col gap-3">
          <KeyPicker value={key} onChange={setKey} />
          <Field
            label={t`Body of the request`}
            hint={t`JSON, in any of the formats that clients send. Conditions and the strategy are decided by it.`}
            error={!isJson && t`This is not a JSON object.`}
          >
            <TextArea
              spellCheck={false}
              maxLength={16_000}
              className="font-mono text-xs"
              placeholder='{"messages":[{"role":"user","content":"Hi"}]}'
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          </Field>
        </div>
      </details>
    </div>
  )
}

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}

function Targets({ items }: { items: readonly ExplainedTarget[] }) {
  const { t } = useLingui()
  const targets = items.filter(({ reason }) => !ASIDE.includes(reason))
  const others = items.filter(({ reason }) => ASIDE.includes(reason))
  const answers = targets.some(({ reason }) => reason === 'tried' || reason === 'tried_last')
  return (
    <>
      {!answers && (
        <p role="status" className="rounded-md bg-warn-soft px-3 py-2 text-warn">
          <Trans>Nothing would answer a request right now.</Trans>
        </p>
      )}
      {targets.length > 0 && <TargetList label={t`Targets`} items={targets} />}
      {others.length > 0 && (
        <details>
          <summary className="cursor-pointer text-soft">
            <Trans>Upstreams that are not asked: {others.length}</Trans>
          </summary>
          <div className="mt-2">
            <TargetList label={t`Upstreams that are not asked`} items={others} />
          </div>
        </details>
      )}
    </>
  )
}

function TargetList({ label, items }: { label: string; items: readonly ExplainedTarget[] }) {
  return (
    <ol aria-label={label} className="divide-y rounded-md border">
      {items.map((target, at) => (
        <li
          // biome-ignore lint/suspicious/noArrayIndexKey: one key may be a target more than once
          key={`${target.upstream} ${target.model} ${at}`}
          className="flex items-start justify-between gap-3 px-3 py-2"
        >
          <span className="min-w-0">
            <span className="block font-medium wrap-anywhere">{target.upstream}</span>
            {target.model !== null && (
              <span className="block text-xs wrap-anywhere text-faint">
                {target.model}
                {target.priority !== null && (
                  <>
                    {' · '}
                    <Trans>
                      priority {target.priority}, weight {target.weight ?? '–'}
                    </Trans>
                  </>
                )}
              </span>
            )}
          </span>
          <Verdict of={target} />
        </li>
      ))}
    </ol>
  )
}
