/** The fields of a model's definition, as a draft. */
import { Trans, useLingui } from '@lingui/react/macro'
import { ApiError } from '@/api/errors.ts'
import { Button } from '@/ui/button.tsx'
import { Checkbox, Field, Select, TextArea, TextInput } from '@/ui/field.tsx'
import { PlusIcon } from '@/ui/icons.ts'
import {
  type DefinitionDraft,
  newTarget,
  readParameters,
  type TargetDraft,
} from './definition-draft.ts'
import { DefinitionSummary } from './definition-summary.tsx'
import { TargetFields } from './target-fields.tsx'

interface DefinitionFieldsProps {
  draft: DefinitionDraft
  onChange: (draft: DefinitionDraft) => void
  error: unknown
  /** An existing definition keeps its name. */
  fixedName?: boolean
}

export function DefinitionFields({
  draft,
  onChange,
  error,
  fixedName = false,
}: DefinitionFieldsProps) {
  const { t } = useLingui()
  const set = (part: Partial<DefinitionDraft>) => onChange({ ...draft, ...part })
  const problem = (field: string) =>
    error instanceof ApiError ? error.fieldMessage(field) : undefined
  return (
    <>
      <div className="grid gap-4 sm:grid-cols-2">
        {!fixedName && (
          <Field
            label={t`Name`}
            hint={t`The name that clients ask for.`}
            error={problem('name') ?? problem('model')}
          >
            <TextInput
              required
              maxLength={200}
              spellCheck={false}
              value={draft.name}
              onChange={(event) => set({ name: event.target.value })}
            />
          </Field>
        )}
        <StrategyField value={draft.strategy} onChange={(strategy) => set({ strategy })} />
      </div>
      <Targets draft={draft} set={set} problem={problem} />
      <DefinitionSummary draft={draft} />
      <AfterFailure draft={draft} set={set} problem={problem} />
      <Parameters draft={draft} set={set} problem={problem} />
    </>
  )
}

interface PartProps {
  draft: DefinitionDraft
  set: (part: Partial<DefinitionDraft>) => void
  problem: (field: string) => string | undefined
}

type Strategy = DefinitionDraft['strategy']

function StrategyField({
  value,
  onChange,
}: {
  value: Strategy
  onChange: (next: Strategy) => void
}) {
  const { t } = useLingui()
  const names: Record<Strategy, readonly [name: string, meaning: string]> = {
    priority: [t`By priority`, t`The first priority, by weight; the next one after a failure.`],
    latency: [t`By latency`, t`The target that is expected to begin its answer first.`],
    cost: [t`By cost`, t`The cheapest target for the request.`],
    sticky: [t`Sticky`, t`One target for a whole conversation, so that its prompt cache hits.`],
  }
  return (
    <Field label={t`Strategy`} hint={names[value][1]}>
      <Select value={value} onChange={(event) => onChange(event.target.value as Strategy)}>
        {Object.entries(names).map(([strategy, [name]]) => (
          <option key={strategy} value={strategy}>
            {name}
          </option>
        ))}
      </Select>
    </Field>
  )
}

function Targets({ draft: { targets }, set, problem }: PartProps) {
  const change = (at: number, target: TargetDraft) => set({ targets: targets.with(at, target) })
  return (
    <section className="flex flex-col gap-3">
      <h3 className="font-semibold">
        <Trans>Targets</Trans>
      </h3>
      {targets.map((target, at) => (
        <TargetFields
          key={target.id}
          target={target}
          place={at + 1}
          onChange={(next) => change(at, next)}
          onRemove={
            targets.length > 1 ? () => set({ targets: targets.toSpliced(at, 1) }) : undefined
          }
          problem={(field) => problem(`targets.${at}.${field}`)}
        />
      ))}
      {problem('targets') && (
        <p role="alert" className="text-xs text-bad">
          {problem('targets')}
        </p>
      )}
      <div>
        <Button onClick={() => set({ targets: [...targets, newTarget(targets)] })}>
          <PlusIcon /> <Trans>Add a target</Trans>
        </Button>
      </div>
    </section>
  )
}

function AfterFailure({ draft, set, problem }: PartProps) {
  const { t } = useLingui()
  return (
    <section className="flex flex-col gap-3">
      <h3 className="font-semibold">
        <Trans>When a target is late or refuses</Trans>
      </h3>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field
          label={t`Deadline of the first token, in ms`}
          hint={t`While another target could serve. Empty: the setting of the gateway.`}
          error={problem('first_token_ms')}
        >
          <TextInput
            type="number"
            min={1}
            max={9_999_999}
            required={draft.firstTokenAction === 'hedge'}
            value={draft.firstTokenMs}
            onChange={(event) => set({ firstTokenMs: event.target.value })}
          />
        </Field>
        <Field label={t`When it is late`} error={problem('first_token_action')}>
          <Select
            value={draft.firstTokenAction}
            onChange={(event) =>
              set({ firstTokenAction: event.target.value as DefinitionDraft['firstTokenAction'] })
            }
          >
            <option value="replace">{t`Cancel it and ask the next target`}</option>
            <option value="hedge">{t`Ask the next target as well, take the first answer`}</option>
          </Select>
        </Field>
      </div>
      <Checkbox
        checked={draft.fallbackOnFilter}
        onChange={(fallbackOnFilter) => set({ fallbackOnFilter })}
      >
        <Trans>Ask the next target when a content filter has rejected the prompt</Trans>
      </Checkbox>
    </section>
  )
}

function Parameters({ draft, set, problem }: PartProps) {
  const { t } = useLingui()
  const wrong = (text: string) => {
    const [first] = readParameters(text).wrong
    return first === undefined ? undefined : t`"${first}" is not name=JSON, such as effort="low".`
  }
  return (
    <section className="flex flex-col gap-3">
      <h3 className="font-semibold">
        <Trans>Parameters of requests</Trans>
      </h3>
      <div className="grid gap-4 sm:grid-cols-3">
        <Field
          label={t`Add if missing`}
          hint={t`One per line: max_tokens=1000`}
          error={wrong(draft.defaults) ?? problem('default')}
        >
          <TextArea
            spellCheck={false}
            value={draft.defaults}
            onChange={(event) => set({ defaults: event.target.value })}
          />
        </Field>
        <Field
          label={t`Always set`}
          hint={t`One per line: temperature=0`}
          error={wrong(draft.set) ?? problem('set')}
        >
          <TextArea
            spellCheck={false}
            value={draft.set}
            onChange={(event) => set({ set: event.target.value })}
          />
        </Field>
        <Field label={t`Remove`} hint={t`One name per line: logit_bias`} error={problem('drop')}>
          <TextArea
            spellCheck={false}
            value={draft.drop}
            onChange={(event) => set({ drop: event.target.value })}
          />
        </Field>
      </div>
    </section>
  )
}
