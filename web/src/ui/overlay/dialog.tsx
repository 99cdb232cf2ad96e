/** Dialogs and drawers: focus stays inside, Escape closes, and focus goes back to where it came from. */

import { useLingui } from '@lingui/react/macro'
import * as Radix from '@radix-ui/react-dialog'
import type { ReactNode } from 'react'
import { IconButton } from '../button.tsx'
import { classNames } from '../class-names.ts'
import { XIcon } from '../icons.ts'
import { useReturnFocus } from './return-focus.ts'
import { useScrollLock } from './scroll-lock.ts'

interface DialogProps {
  open: boolean
  onClose: () => void
  title: ReactNode
  description?: ReactNode
  children: ReactNode
  /** Beneath the content, always in view. */
  footer?: ReactNode
  size?: 'small' | 'medium' | 'large'
  /** A click outside closes it. Off for forms, where a slip would lose what was typed. */
  lightDismiss?: boolean
}

const WIDTHS = { small: 'sm:max-w-md', medium: 'sm:max-w-xl', large: 'sm:max-w-3xl' }

export function Dialog({ size = 'medium', ...props }: DialogProps) {
  return (
    <Panel
      {...props}
      className={classNames(
        'float-in bottom-0 max-h-[92dvh] w-full rounded-t-xl sm:relative sm:max-h-[85dvh] sm:rounded-xl',
        WIDTHS[size],
      )}
      place="items-end justify-center sm:items-center sm:p-6"
    />
  )
}

/** At the right edge, over the list it belongs to. */
export function Drawer(props: Omit<DialogProps, 'size'>) {
  return (
    <Panel
      lightDismiss
      {...props}
      className="slide-in h-full w-full border-l sm:max-w-2xl"
      place="justify-end"
    />
  )
}

function Panel({
  open,
  onClose,
  className,
  place,
  ...rest
}: DialogProps & { className: string; place: string }) {
  return (
    <Radix.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Radix.Portal>
        {open && <OpenPanel onClose={onClose} className={className} place={place} {...rest} />}
      </Radix.Portal>
    </Radix.Root>
  )
}

type OpenPanelProps = Omit<DialogProps, 'open' | 'size'> & { className: string; place: string }

function OpenPanel({ title, description, children, footer, ...props }: OpenPanelProps) {
  const { t } = useLingui()
  useScrollLock()
  const returnFocus = useReturnFocus()
  const { lightDismiss = false, className, place } = props
  return (
    <div className={classNames('fixed inset-0 z-40 flex bg-black/40', place)}>
      <Radix.Content
        aria-describedby={undefined}
        onOpenAutoFocus={focusFirstField}
        onCloseAutoFocus={returnFocus}
        onInteractOutside={(event) => !lightDismiss && event.preventDefault()}
        className={classNames('flex flex-col bg-surface shadow-float outline-none', className)}
      >
        <header className="flex items-start gap-3 border-b px-4 py-3">
          <div className="min-w-0 grow pt-1">
            <Radix.Title className="text-sm font-semibold">{title}</Radix.Title>
            {description && <div className="mt-0.5 text-soft">{description}</div>}
          </div>
          <IconButton label={t`Close`} size="small" onClick={props.onClose}>
            <XIcon />
          </IconButton>
        </header>
        <div className="min-h-0 grow overflow-y-auto px-4 py-4">{children}</div>
        {footer && (
          <footer className="flex flex-wrap justify-end gap-2 border-t bg-sunken px-4 py-3 sm:rounded-b-xl">
            {footer}
          </footer>
        )}
      </Radix.Content>
    </div>
  )
}

/** The first field rather than the close button; without a field, the panel itself. */
function focusFirstField(event: Event): void {
  const panel = event.currentTarget
  if (!(panel instanceof HTMLElement)) return
  const field = panel.querySelector<HTMLElement>('input:not([type=hidden]), select, textarea')
  event.preventDefault()
  ;(field ?? panel).focus()
}
