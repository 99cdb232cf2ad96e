/** Short notices at the bottom of the page, read out politely; one may offer to undo. */
import { useLingui } from '@lingui/react/macro'
import { useSyncExternalStore } from 'react'
import { Button, IconButton } from '../button.tsx'
import { classNames } from '../class-names.ts'
import { CircleAlertIcon, CircleCheckIcon, XIcon } from '../icons.ts'

interface Toast {
  id: number
  text: string
  tone: 'ok' | 'bad'
  action?: { label: string; run: () => void }
}

const SHOWN_MS = 6000
let toasts: readonly Toast[] = []
let lastId = 0
const listeners = new Set<() => void>()

function update(next: readonly Toast[]): void {
  toasts = next
  for (const listener of listeners) listener()
}

function remove(id: number): void {
  update(toasts.filter((each) => each.id !== id))
}

export function showToast(
  text: string,
  options: Partial<Pick<Toast, 'tone' | 'action'>> = {},
): void {
  const id = ++lastId
  update([...toasts.slice(-3), { id, text, tone: 'ok', ...options }])
  // An error stays until it is closed.
  if (options.tone !== 'bad') setTimeout(() => remove(id), SHOWN_MS)
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function Toaster() {
  const { t } = useLingui()
  const shown = useSyncExternalStore(subscribe, () => toasts)
  return (
    <section
      aria-label={t`Notices`}
      aria-live="polite"
      className="pointer-events-none fixed inset-x-0 bottom-0 z-50 flex flex-col items-center gap-2 p-4 sm:items-end"
    >
      {shown.map(({ id, text, tone, action }) => (
        <div
          key={id}
          className="float-in pointer-events-auto flex w-full max-w-sm items-start gap-2 rounded-lg border bg-surface p-3 shadow-float"
        >
          {tone === 'ok' ? (
            <CircleCheckIcon className="mt-0.5 size-4 text-ok" />
          ) : (
            <CircleAlertIcon className="mt-0.5 size-4 text-bad" />
          )}
          <p className={classNames('grow', tone === 'bad' && 'text-bad')}>{text}</p>
          {action && (
            <Button
              size="small"
              onClick={() => {
                remove(id)
                action.run()
              }}
            >
              {action.label}
            </Button>
          )}
          <IconButton label={t`Dismiss`} size="small" className="-m-1" onClick={() => remove(id)}>
            <XIcon className="size-3.5" />
          </IconButton>
        </div>
      ))}
    </section>
  )
}
