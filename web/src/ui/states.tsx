/** What a page shows instead of its content: it is loading, it is empty, it failed. */
import { Trans, useLingui } from '@lingui/react/macro'
import type { ReactNode } from 'react'
import { errorText } from '@/api/error-text.ts'
import { ApiError } from '@/api/errors.ts'
import { Button } from './button.tsx'
import { classNames } from './class-names.ts'
import type { Icon } from './icon.tsx'
import { CircleAlertIcon, RefreshIcon } from './icons.ts'

/** A grey bar of the size of what will be there, so that nothing jumps. */
export function Skeleton({ className = 'h-4 w-full' }: { className?: string }) {
  return <div aria-hidden="true" className={classNames('skeleton', className)} />
}

export function SkeletonRows({ rows = 6 }: { rows?: number }) {
  const { t } = useLingui()
  return (
    <div role="status" aria-label={t`Loading`} className="divide-y">
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: placeholders have no other identity
        <div key={row} className="flex h-11 items-center gap-6 px-4">
          <Skeleton className="h-3.5 w-1/4" />
          <Skeleton className="h-3.5 w-1/6" />
          <Skeleton className="h-3.5 grow" />
        </div>
      ))}
    </div>
  )
}

interface EmptyProps {
  icon: Icon
  title: ReactNode
  children?: ReactNode
  /** The next step, as a button. */
  action?: ReactNode
}

export function Empty({ icon: Shape, title, children, action }: EmptyProps) {
  return (
    <div className="flex flex-col items-center gap-2 px-6 py-12 text-center">
      <Shape className="size-6 text-faint" />
      <p className="font-semibold">{title}</p>
      {children && <div className="max-w-md text-soft">{children}</div>}
      {action && <div className="mt-2">{action}</div>}
    </div>
  )
}

export function Failed({ error, retry }: { error: unknown; retry?: (() => void) | undefined }) {
  const { t } = useLingui()
  const id = error instanceof ApiError ? error.body.request_id : undefined
  return (
    <div role="alert" className="flex flex-col items-center gap-2 px-6 py-12 text-center">
      <CircleAlertIcon className="size-6 text-bad" />
      <p className="font-semibold">
        <Trans>Could not load this</Trans>
      </p>
      <p className="max-w-lg text-soft">{errorText(error)}</p>
      {id && <p className="font-mono text-xs text-faint">{id}</p>}
      {retry && (
        <Button onClick={retry} className="mt-2">
          <RefreshIcon /> {t`Try again`}
        </Button>
      )}
    </div>
  )
}

interface QueryLike<Data> {
  data: Data | undefined
  error: unknown
  refetch: () => unknown
}

/** A query's content, or its skeleton or failure. Data that is there stays, also when a later fetch fails. */
export function Loaded<Data>(props: {
  query: QueryLike<Data>
  skeleton?: ReactNode
  children: (data: Data) => ReactNode
}) {
  const { query, skeleton = <SkeletonRows />, children } = props
  if (query.data !== undefined) return children(query.data)
  if (query.error) return <Failed error={query.error} retry={() => void query.refetch()} />
  return skeleton
}

/** Why a form was not accepted, above its buttons. */
export function FormError({ error }: { error: unknown }) {
  if (!error) return null
  return (
    <p role="alert" className="rounded-md bg-bad-soft px-3 py-2 text-bad">
      {errorText(error)}
    </p>
  )
}
