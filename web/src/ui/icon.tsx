/** How an icon is drawn; the icons themselves are in icons.ts. */
import type { ComponentProps } from 'react'

type Shape = readonly [
  tag: 'path' | 'circle' | 'rect' | 'line' | 'polyline' | 'polygon' | 'ellipse',
  attributes: Record<string, string | number>,
]
type IconProps = Omit<ComponentProps<'svg'>, 'children'>
export type Icon = (props: IconProps) => React.JSX.Element

/** Decorative: what an icon means is always also written next to it or in the label of its button. */
export function icon(shapes: readonly Shape[]): Icon {
  // biome-ignore lint/correctness/noComponentHookFactories: called once an icon, when the module is loaded
  return function LucideIcon({ className = 'size-4', ...rest }: IconProps) {
    return (
      <svg
        aria-hidden="true"
        viewBox="0 0 24 24"
        fill="none"
        stroke="currentColor"
        strokeWidth={1.75}
        strokeLinecap="round"
        strokeLinejoin="round"
        className={`shrink-0 ${className}`}
        {...rest}
      >
        {shapes.map(([Tag, attributes], index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the shapes of an icon never change
          <Tag key={index} {...attributes} />
        ))}
      </svg>
    )
  }
}
