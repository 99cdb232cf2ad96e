/** Buttons. An icon alone always has a label, which is also its tooltip. */
import { Slot } from '@radix-ui/react-slot'
import type { ComponentProps, ReactNode } from 'react'
import { classNames } from './class-names.ts'
import { Tooltip } from './overlay/tooltip.tsx'

const VARIANTS = {
  default: 'border border-line-strong bg-surface text-ink hover:bg-hover shadow-panel',
  primary: 'border border-transparent bg-accent text-on-accent hover:brightness-110 shadow-panel',
  ghost: 'border border-transparent text-soft hover:bg-hover hover:text-ink',
  danger: 'border border-bad/40 bg-surface text-bad hover:bg-bad-soft',
}
const SIZES = { small: 'h-7 px-2 text-xs gap-1', medium: 'h-8 px-3 gap-1.5' }

export interface ButtonProps extends ComponentProps<'button'> {
  variant?: keyof typeof VARIANTS
  size?: keyof typeof SIZES
  /** Waiting for its own action: it stays where it is and can't be pressed again. */
  busy?: boolean
  /** The child, a link for instance, becomes the button. */
  asChild?: boolean
}

export function Button(props: ButtonProps) {
  const { variant = 'default', size = 'medium', busy = false, asChild, className, ...rest } = props
  const Tag = asChild ? Slot : 'button'
  return (
    <Tag
      {...(asChild ? {} : { type: 'button' as const })}
      {...rest}
      aria-busy={busy || undefined}
      disabled={rest.disabled || busy}
      className={classNames(
        'inline-flex items-center justify-center rounded-md font-medium whitespace-nowrap select-none',
        'transition-[background-color,filter] disabled:opacity-55',
        VARIANTS[variant],
        SIZES[size],
        className,
      )}
    />
  )
}

interface IconButtonProps extends Omit<ButtonProps, 'children' | 'asChild'> {
  label: string
  children: ReactNode
}

export function IconButton({
  label,
  children,
  className,
  variant = 'ghost',
  ...rest
}: IconButtonProps) {
  const square = rest.size === 'small' ? 'w-7 px-0' : 'w-8 px-0'
  return (
    <Tooltip text={label}>
      <Button
        aria-label={label}
        variant={variant}
        className={classNames(square, className)}
        {...rest}
      >
        {children}
      </Button>
    </Tooltip>
  )
}
