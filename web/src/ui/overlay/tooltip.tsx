/**
 * A short text that appears on hover and keyboard focus. Never the only place where something is said. One element
 * in the browser's top layer serves all of them, so nothing clips it.
 */
import { cloneElement, type ReactElement } from 'react'

const DELAY_MS = 300
const GAP = 6
const EDGE = 8

let bubble: HTMLElement | null = null
let timer: ReturnType<typeof setTimeout> | undefined

function show(anchor: Element, text: string): void {
  if (bubble === null) {
    bubble = document.createElement('div')
    bubble.popover = 'manual'
    bubble.ariaHidden = 'true'
    bubble.className =
      'pointer-events-none fixed inset-auto m-0 max-w-80 rounded-md bg-ink px-2 py-1 text-xs text-canvas shadow-float'
    document.body.append(bubble)
  }
  bubble.textContent = text
  bubble.showPopover()
  const { left, top, bottom, width } = anchor.getBoundingClientRect()
  const size = bubble.getBoundingClientRect()
  const above = top - size.height - GAP
  const x = Math.min(
    Math.max(EDGE, left + (width - size.width) / 2),
    innerWidth - size.width - EDGE,
  )
  bubble.style.left = `${x}px`
  bubble.style.top = `${above < EDGE ? bottom + GAP : above}px`
}

function hide(): void {
  clearTimeout(timer)
  if (bubble?.matches(':popover-open')) bubble.hidePopover()
}

function showSoon(anchor: Element, text: string): void {
  clearTimeout(timer)
  timer = setTimeout(() => anchor.isConnected && show(anchor, text), DELAY_MS)
}

addEventListener('keydown', ({ key }) => key === 'Escape' && hide(), true)
addEventListener('scroll', hide, { capture: true, passive: true })

interface Anchor {
  onPointerEnter?: (event: React.PointerEvent) => void
  onPointerLeave?: (event: React.PointerEvent) => void
  onPointerDown?: (event: React.PointerEvent) => void
  onFocus?: (event: React.FocusEvent) => void
  onBlur?: (event: React.FocusEvent) => void
}

export function Tooltip({ text, children }: { text: string; children: ReactElement<Anchor> }) {
  const own = children.props
  return cloneElement(children, {
    onPointerEnter: (event) => {
      if (event.pointerType !== 'touch') showSoon(event.currentTarget, text)
      own.onPointerEnter?.(event)
    },
    onPointerLeave: (event) => {
      hide()
      own.onPointerLeave?.(event)
    },
    onPointerDown: (event) => {
      hide()
      own.onPointerDown?.(event)
    },
    onFocus: (event) => {
      if (event.currentTarget.matches(':focus-visible')) showSoon(event.currentTarget, text)
      own.onFocus?.(event)
    },
    onBlur: (event) => {
      hide()
      own.onBlur?.(event)
    },
  })
}
