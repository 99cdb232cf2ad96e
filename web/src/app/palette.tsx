/** ⌘K: goes to any page, user, key, upstream, model or request, and does what needs no page. */
import { useLingui } from '@lingui/react/macro'
import * as Radix from '@radix-ui/react-dialog'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { type KeyboardEvent, useDeferredValue, useEffect, useId, useRef, useState } from 'react'
import { searchQuery } from '@/api/search.ts'
import { isComposing } from '@/lib/keyboard.ts'
import { classNames } from '@/ui/class-names.ts'
import { SearchIcon } from '@/ui/icons.ts'
import { useReturnFocus } from '@/ui/overlay/return-focus.ts'
import { useScrollLock } from '@/ui/overlay/scroll-lock.ts'
import { type PaletteEntry, usePaletteEntries } from './palette-entries.ts'

export function Palette({ onClose }: { onClose: () => void }) {
  const { t } = useLingui()
  const returnFocus = useReturnFocus()
  return (
    <Radix.Root open onOpenChange={(next) => !next && onClose()}>
      <Radix.Portal>
        <div className="fixed inset-0 z-40 flex items-start justify-center bg-black/40 p-3 pt-[12dvh]">
          <Radix.Content
            aria-describedby={undefined}
            onCloseAutoFocus={returnFocus}
            className="float-in flex max-h-[70dvh] w-full max-w-xl flex-col overflow-hidden rounded-xl border bg-surface shadow-float outline-none"
          >
            <Radix.Title className="sr-only">{t`Search`}</Radix.Title>
            <PaletteBody onClose={onClose} />
          </Radix.Content>
        </div>
      </Radix.Portal>
    </Radix.Root>
  )
}

function PaletteBody({ onClose }: { onClose: () => void }) {
  const { t } = useLingui()
  useScrollLock()
  const [text, setText] = useState('')
  const [chosen, setChosen] = useState(0)
  const listId = useId()
  const query = useDeferredValue(text.trim())
  // An answer belongs to its question: one that arrives late is not shown for a newer text.
  const found = useQuery({
    ...searchQuery(query),
    enabled: query.length > 1,
    placeholderData: keepPreviousData,
  })
  const entries = usePaletteEntries(text, query.length > 1 ? (found.data?.items ?? []) : [])
  const active = entries[Math.min(chosen, entries.length - 1)]

  const run = (entry: PaletteEntry | undefined) => {
    if (entry === undefined) return
    onClose()
    entry.run()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (isComposing(event)) return
    if (event.key === 'Enter') {
      event.preventDefault()
      run(active)
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      const step = event.key === 'ArrowDown' ? 1 : -1
      setChosen((at) => (Math.min(at, entries.length - 1) + step + entries.length) % entries.length)
    }
  }
  return (
    <>
      <div className="flex items-center gap-2 border-b px-4">
        <SearchIcon className="size-4 text-faint" />
        <input
          role="combobox"
          aria-expanded="true"
          aria-controls={listId}
          aria-activedescendant={active && `${listId}-${active.id}`}
          aria-label={t`Search pages, users, keys, models and request IDs`}
          placeholder={t`Page, user, key, model, request ID …`}
          autoComplete="off"
          spellCheck={false}
          value={text}
          onChange={(event) => {
            setText(event.target.value)
            setChosen(0)
          }}
          onKeyDown={onKeyDown}
          className="h-12 grow bg-transparent text-sm outline-none"
        />
      </div>
      <div id={listId} role="listbox" aria-label={t`Results`} className="overflow-y-auto p-1.5">
        {entries.map((entry) => (
          <Option
            key={entry.id}
            id={`${listId}-${entry.id}`}
            entry={entry}
            active={entry === active}
            onPick={() => run(entry)}
          />
        ))}
      </div>
      {entries.length === 0 && (
        <p role="status" className="px-4 pb-6 text-center text-soft">
          {found.isFetching ? t`Searching …` : t`Nothing found`}
        </p>
      )}
    </>
  )
}

interface OptionProps {
  id: string
  entry: PaletteEntry
  active: boolean
  onPick: () => void
}

function Option({ id, entry, active, onPick }: OptionProps) {
  const ref = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (active) ref.current?.scrollIntoView({ block: 'nearest' })
  }, [active])
  const { icon: Shape } = entry
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keyboard is at the input, which points here
    <div
      ref={ref}
      id={id}
      role="option"
      tabIndex={-1}
      aria-selected={active}
      onClick={onPick}
      className={classNames(
        'flex cursor-pointer items-center gap-3 rounded-md px-2.5 py-2',
        active ? 'bg-accent-soft text-accent-ink' : 'hover:bg-hover',
      )}
    >
      <Shape />
      <span className="min-w-0 grow truncate">{entry.name}</span>
      <span className={classNames('truncate text-xs', active ? '' : 'text-faint')}>
        {entry.detail}
      </span>
    </div>
  )
}
