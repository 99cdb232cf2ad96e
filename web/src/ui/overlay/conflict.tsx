/** Two people edit the same thing: says who changed it and lets the second one choose. */
import { Trans, useLingui } from '@lingui/react/macro'
import { ApiError } from '@/api/errors.ts'
import { Button } from '../button.tsx'
import { ChangedFields } from '../changed-fields.tsx'
import { TimeAgo } from '../time.tsx'

interface ConflictProps {
  error: unknown
  /** What the form was opened with, and what is stored now. */
  before: object | undefined
  after: object | undefined
  onTakeTheirs: () => void
  onKeepMine: () => void
}

export function Conflict({ error, before, after, onTakeTheirs, onKeepMine }: ConflictProps) {
  const { t } = useLingui()
  if (!(error instanceof ApiError && error.isConflict)) return null
  const who = error.body.changed_by ?? t`someone else`
  return (
    <div role="alert" className="flex flex-col gap-2 rounded-md bg-warn-soft px-3 py-2 text-warn">
      <p>
        {error.body.changed_at ? (
          <Trans>
            {who} has changed this <TimeAgo at={error.body.changed_at} />, while you were editing.
          </Trans>
        ) : (
          <Trans>{who} has changed this while you were editing.</Trans>
        )}
      </p>
      {before && after && (
        <div className="rounded bg-surface px-2 text-ink">
          <ChangedFields before={before} after={after} />
        </div>
      )}
      <div className="flex flex-wrap gap-2">
        <Button size="small" onClick={onTakeTheirs}>
          <Trans>Discard mine and load theirs</Trans>
        </Button>
        <Button size="small" onClick={onKeepMine}>
          <Trans>Keep my changes, then save again</Trans>
        </Button>
      </div>
    </div>
  )
}
