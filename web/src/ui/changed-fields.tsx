/** The fields that differ between two states of a thing, each with its two values. */

interface ChangedFieldsProps {
  before: object | null
  after: object | null
}

export function ChangedFields({ before, after }: ChangedFieldsProps) {
  const [old, now] = [before, after] as (Record<string, unknown> | null)[]
  const names = [...new Set([...Object.keys(old ?? {}), ...Object.keys(now ?? {})])]
  // What was never set is no change: a new thing would list all its empty fields.
  const different = names.filter(
    (name) => shown(old?.[name] ?? null) !== shown(now?.[name] ?? null),
  )
  if (different.length === 0) return <span className="text-faint">–</span>
  return (
    <ul className="flex min-w-56 flex-wrap gap-x-4 gap-y-0.5 text-xs leading-5 wrap-anywhere">
      {different.map((name) => (
        <li key={name}>
          <span className="text-faint">{name}</span>{' '}
          {old && name in old && (
            <del className="text-bad">
              <Value of={old[name]} />
            </del>
          )}
          {old && name in old && now && name in now && ' → '}
          {now && name in now && (
            <ins className="text-ok no-underline">
              <Value of={now[name]} />
            </ins>
          )}
        </li>
      ))}
    </ul>
  )
}

const shown = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? '')

/** Of a longer value the start is shown first, so that it does not push everything else out of sight. */
const MAX_SHOWN = 120

function Value({ of }: { of: unknown }) {
  const text = shown(of)
  if (text.length <= MAX_SHOWN) return text
  return (
    <details className="inline">
      <summary className="inline">{text.slice(0, MAX_SHOWN)}…</summary>
      {text.slice(MAX_SHOWN)}
    </details>
  )
}
