/** Form fields: label, input, hint and error, joined for screen readers. */
import { type ComponentProps, createContext, type ReactNode, useContext, useId } from 'react'
import { classNames } from './class-names.ts'

const INPUT =
  'w-full rounded-md border border-line-strong bg-surface px-2.5 text-ink shadow-panel ' +
  'disabled:bg-sunken disabled:text-soft aria-invalid:border-bad'

interface FieldContext {
  id: string
  describedBy: string | undefined
  invalid: boolean
}
const Context = createContext<FieldContext | null>(null)

interface FieldProps {
  label: ReactNode
  hint?: ReactNode
  /** Why the value is not accepted; shown beneath and read out. */
  error?: ReactNode
  children: ReactNode
  className?: string
}

export function Field({ label, hint, error, children, className }: FieldProps) {
  const id = useId()
  const describedBy =
    classNames(error ? `${id}-error` : null, hint ? `${id}-hint` : null) || undefined
  return (
    <div className={classNames('flex flex-col gap-1', className)}>
      <label htmlFor={id} className="font-medium">
        {label}
      </label>
      <Context value={{ id, describedBy, invalid: Boolean(error) }}>{children}</Context>
      {error && (
        <p id={`${id}-error`} className="text-xs text-bad" role="alert">
          {error}
        </p>
      )}
      {hint && (
        <p id={`${id}-hint`} className="text-xs text-faint">
          {hint}
        </p>
      )}
    </div>
  )
}

function useFieldProps() {
  const field = useContext(Context)
  if (field === null) return {}
  return {
    id: field.id,
    'aria-describedby': field.describedBy,
    'aria-invalid': field.invalid || undefined,
  }
}

/** Password managers must not fill what is no password of the console. */
const NOT_A_LOGIN = {
  autoComplete: 'off',
  'data-1p-ignore': '',
  'data-lpignore': 'true',
  'data-bwignore': '',
} as const

export function TextInput({ className, ...props }: ComponentProps<'input'>) {
  const quiet = props.autoComplete === undefined ? NOT_A_LOGIN : {}
  return (
    <input
      type="text"
      {...quiet}
      {...useFieldProps()}
      {...props}
      className={classNames(INPUT, 'h-8', className)}
    />
  )
}

/** A provider's key: hidden while it is typed, and no password to any password manager. */
export function SecretInput({ className, ...props }: ComponentProps<'input'>) {
  return (
    <TextInput
      {...props}
      spellCheck={false}
      className={classNames('font-mono [-webkit-text-security:disc]', className)}
    />
  )
}

export function TextArea({ className, ...props }: ComponentProps<'textarea'>) {
  return (
    <textarea
      {...NOT_A_LOGIN}
      {...useFieldProps()}
      {...props}
      className={classNames(INPUT, 'min-h-20 py-1.5', className)}
    />
  )
}

/** The browser's own list: it works with every keyboard, screen reader and phone. */
export function Select({ className, ...props }: ComponentProps<'select'>) {
  return (
    <select {...useFieldProps()} {...props} className={classNames(INPUT, 'h-8 pr-7', className)} />
  )
}

interface CheckboxProps extends Omit<ComponentProps<'input'>, 'type' | 'onChange'> {
  children: ReactNode
  onChange: (checked: boolean) => void
}

export function Checkbox({ children, onChange, className, ...props }: CheckboxProps) {
  return (
    <label className={classNames('inline-flex items-center gap-2', className)}>
      <input
        type="checkbox"
        className="size-4 accent-accent"
        {...props}
        onChange={(event) => onChange(event.target.checked)}
      />
      {children}
    </label>
  )
}
