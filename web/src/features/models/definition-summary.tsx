/** What a draft means: the steps in which its targets are tried, with their shares. */
import { Trans, useLingui } from '@lingui/react/macro'
import { type DefinitionDraft, sharePercent, steps, type TargetDraft } from './definition-draft.ts'

export function DefinitionSummary({ draft: { targets } }: { draft: DefinitionDraft }) {
  const named = targets.filter(({ model }) => model.trim() !== '')
  if (named.length < 2) return null
  const mirrors = named.filter(({ mirrorPercent }) => mirrorPercent.trim() !== '')
  return (
    <div className="rounded-md bg-sunken px-3 py-2 text-soft" aria-live="polite">
      <ol className="list-inside list-decimal">
        {steps(named).map((step) => (
          <li key={step[0]?.id}>
            {step.map((target, at) => (
              <span key={target.id}>
                {at > 0 && ' + '}
                <Share target={target} step={step} />
              </span>
            ))}
          </li>
        ))}
      </ol>
      {mirrors.map((target) => (
        <p key={target.id}>
          <Trans>
            Copies of {target.mirrorPercent} % go to {nameOf(target)}
          </Trans>
        </p>
      ))}
    </div>
  )
}

function Share({ target, step }: { target: TargetDraft; step: readonly TargetDraft[] }) {
  const { t } = useLingui()
  const percent = sharePercent(target, step)
  const conditions = target.conditions.trim().split('\n').join(' + ')
  const share = step.length > 1 && percent !== null ? ` ${percent} %` : ''
  return (
    <>
      <span className="text-ink">{nameOf(target)}</span>
      {share}
      {conditions && ` ${t`if ${conditions}`}`}
    </>
  )
}

function nameOf({ model, upstream }: TargetDraft): string {
  return upstream.trim() === '' ? model.trim() : `${model.trim()}@${upstream.trim()}`
}
