/** A search field whose text goes into the address when typing pauses. */
import { useEffect, useRef, useState } from 'react'
import { classNames } from './class-names.ts'
import { TextInput } from './field.tsx'
import { SearchIcon } from './icons.ts'

const PAUSE_MS = 250

interface SearchBoxProps {
  label: string
  /** What may be typed, if the label alone does not say it. */
  placeholder?: string
  value: string | undefined
  onChange: (value: string | undefined) => void
  className?: string
}

export function SearchBox(props: SearchBoxProps) {
  const { label, placeholder = label, value = '', onChange, className } = props
  const [text, setText] = useState(value)
  const latest = useRef(onChange)
  latest.current = onChange
  const sent = useRef<string | null>(null)
  // The address was changed from elsewhere, by the back button for instance.
  const [known, setKnown] = useState(value)
  if (known !== value) {
    setKnown(value)
    // What was sent from here and comes back must not replace what was typed since.
    if (value !== sent.current) setText(value)
    sent.current = null
  }
  useEffect(() => {
    if (text === value) return
    const timer = setTimeout(() => {
      sent.current = text
      latest.current(text || undefined)
    }, PAUSE_MS)
    return () => clearTimeout(timer)
  }, [text, value])
  return (
    <div className={classNames('relative', className)}>
      <SearchIcon className="pointer-events-none absolute top-2 left-2.5 size-4 text-faint" />
      <TextInput
        type="search"
        aria-label={label}
        placeholder={placeholder}
        value={text}
        onChange={(event) => setText(event.target.value)}
        className="pl-8"
      />
    </div>
  )
}
