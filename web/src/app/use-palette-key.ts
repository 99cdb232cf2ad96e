/** The key that opens the palette. */
import { useEffect, useRef } from 'react'
import { isComposing } from '@/lib/keyboard.ts'

/** Opens it by ⌘K or Ctrl+K, but not while an input method is composing a word. */
export function usePaletteKey(toggle: () => void): void {
  const latest = useRef(toggle)
  latest.current = toggle
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.metaKey || event.ctrlKey)) return
      if (event.altKey || event.shiftKey || isComposing(event)) return
      event.preventDefault()
      latest.current()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])
}
