/** What the console bundles, and under which licences. */
import { Trans } from '@lingui/react/macro'

const BUNDLED: readonly (readonly [name: string, licence: string, copyright: string])[] = [
  ['React', 'MIT', 'Meta Platforms, Inc. and affiliates'],
  ['Radix Primitives', 'MIT', 'WorkOS'],
  ['Floating UI', 'MIT', 'Floating UI contributors'],
  ['TanStack Query, Router, Virtual', 'MIT', 'Tanner Linsley'],
  ['uPlot', 'MIT', 'Leon Sorokin'],
  ['Lingui', 'MIT', 'Tomáš Ehrlich, Lingui contributors'],
  ['openapi-fetch', 'MIT', 'Drew Powers'],
  ['Tailwind CSS', 'MIT', 'Tailwind Labs, Inc.'],
  ['Lucide', 'ISC', 'Lucide Icons and Contributors'],
]

export function Licences() {
  return (
    <div className="flex flex-col gap-3">
      <p className="text-soft">
        <Trans>GPT Proxy is MIT licensed. The console contains:</Trans>
      </p>
      <ul className="grid gap-x-6 gap-y-1 sm:grid-cols-2">
        {BUNDLED.map(([name, licence, copyright]) => (
          <li key={name}>
            {name}{' '}
            <span className="text-faint">
              · {licence} · © {copyright}
            </span>
          </li>
        ))}
      </ul>
    </div>
  )
}
