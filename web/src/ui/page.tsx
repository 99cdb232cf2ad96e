/** The frame of a page: title, actions, and panels. */

import { useLingui } from '@lingui/react/macro'
import { type ReactNode, useEffect } from 'react'
import { classNames } from './class-names.ts'

interface PageProps {
  title: string
  description?: ReactNode
  actions?: ReactNode
  children: ReactNode
}

export function Page({ title, description, actions, children }: PageProps) {
  const { t } = useLingui()
  useEffect(() => {
    document.title = t`${title} – GPT Proxy`
  }, [title, t])
  return (
    <div className="mx-auto flex w-full max-w-[110rem] flex-col gap-4 px-4 py-5 sm:px-6">
      <div className="flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
        <div className="min-w-0">
          <h1 className="text-lg leading-7 font-semibold tracking-tight">{title}</h1>
          {description && <p className="max-w-3xl text-soft">{description}</p>}
        </div>
        {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </div>
      {children}
    </div>
  )
}

interface PanelProps {
  title?: ReactNode
  hint?: ReactNode
  actions?: ReactNode
  children: ReactNode
  /** Without padding, for tables. */
  flush?: boolean
  className?: string
}

export function Panel({ title, hint, actions, children, flush = false, className }: PanelProps) {
  return (
    <section className={classNames('min-w-0 rounded-lg border bg-surface shadow-panel', className)}>
      {(title || actions) && (
        <div className="flex min-h-11 flex-wrap items-center justify-between gap-2 border-b px-4 py-1.5">
          {title && (
            <div className="min-w-0">
              <h2 className="font-semibold">{title}</h2>
              {hint && <p className="text-xs text-faint">{hint}</p>}
            </div>
          )}
          {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
        </div>
      )}
      <div className={flush ? undefined : 'p-4'}>{children}</div>
    </section>
  )
}

/** A list of names and values. */
export function Facts({ items }: { items: readonly (readonly [ReactNode, ReactNode])[] }) {
  return (
    <dl className="grid grid-cols-[minmax(6rem,auto)_1fr] gap-x-4 gap-y-1.5">
      {items.map(([name, value], index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the list is fixed
        <div key={index} className="contents">
          <dt className="text-faint">{name}</dt>
          <dd className="min-w-0">{value}</dd>
        </div>
      ))}
    </dl>
  )
}
