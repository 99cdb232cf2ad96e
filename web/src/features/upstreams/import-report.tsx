/** What became of each pasted key: first what went wrong, then the rest. */
import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { useState } from 'react'
import type { ImportedLine } from '@/api/upstreams.ts'
import { formatNumber } from '@/lib/format.ts'
import { Badge, type Tone } from '@/ui/badge.tsx'
import { Button } from '@/ui/button.tsx'

type Result = ImportedLine['result']

const TONES: Record<Result, Tone> = {
  failed_test: 'bad',
  invalid: 'bad',
  added: 'ok',
  duplicate: 'off',
  known: 'off',
}
const SHOWN = 200

export function ImportReport({ lines }: { lines: readonly ImportedLine[] }) {
  const { t } = useLingui()
  const [shown, setShown] = useState(SHOWN)
  const names: Record<Result, string> = {
    added: t`added`,
    duplicate: t`twice in the list`,
    known: t`already exists`,
    invalid: t`not a key`,
    failed_test: t`added, but failed the test`,
  }
  const notAKey = t`shorter than 8 characters, or with a space or a quote in it`
  const kinds = Object.keys(TONES) as Result[]
  const groups = kinds
    .map((result) => ({ result, of: lines.filter((line) => line.result === result) }))
    .filter(({ of }) => of.length > 0)
  const sorted = groups.flatMap(({ of }) => of)
  const added = lines.filter(({ upstream_id }) => upstream_id !== null).length
  const rest = sorted.length - shown
  return (
    <div className="flex flex-col gap-3">
      <p role="status" className="font-medium">
        <Plural value={added} one="# key was added." other="# keys were added." />
      </p>
      <div className="flex flex-wrap gap-2">
        {groups.map(({ result, of }) => (
          <Badge key={result} tone={TONES[result]}>
            {formatNumber(of.length)} {names[result]}
          </Badge>
        ))}
      </div>
      <ul className="divide-y rounded-md border" aria-label={t`Lines`}>
        {sorted.slice(0, shown).map(({ line, key_hint, result, reason, name }) => (
          <li key={line} className="flex flex-wrap items-center gap-x-3 gap-y-1 px-3 py-1.5">
            <span className="w-12 text-right text-faint">{line}</span>
            <span className="w-14 font-mono text-xs">{key_hint && `…${key_hint}`}</span>
            <Badge tone={TONES[result]}>{names[result]}</Badge>
            <span className="min-w-0 text-soft wrap-anywhere">
              {result === 'invalid'
                ? notAKey
                : [name, result === 'failed_test' && reason].filter(Boolean).join(': ')}
            </span>
          </li>
        ))}
      </ul>
      {rest > 0 && (
        <Button className="self-center" size="small" onClick={() => setShown(shown + SHOWN)}>
          <Trans>Show more: {formatNumber(rest)} are left</Trans>
        </Button>
      )}
    </div>
  )
}
