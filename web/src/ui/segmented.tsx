/** A choice between few things, all in view. */
import { useId } from 'react'
import { classNames } from './class-names.ts'

interface SegmentedProps<Value extends string> {
  label: string
  value: Value
  options: readonly (readonly [Value, string])[]
  onChange: (value: Value) => void
}

export function Segmented<Value extends string>({
  label,
  value,
  options,
  onChange,
}: SegmentedProps<Value>) {
  const name = useId()
  return (
    <fieldset className="inline-flex h-8 items-stretch rounded-md border border-line-strong bg-surface p-0.5 shadow-panel">
      <legend className="sr-only">{label}</legend>
      {options.map(([each, text]) => (
        <label
          key={each}
          className={classNames(
            'flex cursor-pointer items-center rounded px-2.5 text-xs font-medium whitespace-nowrap',
            'has-focus-visible:outline-2 has-focus-visible:outline-accent',
            each === value ? 'bg-accent-soft text-accent-ink' : 'text-soft hover:text-ink',
          )}
        >
          <input
            type="radio"
            name={name}
            className="sr-only"
            checked={each === value}
            onChange={() => onChange(each)}
          />
          {text}
        </label>
      ))}
    </fieldset>
  )
}
