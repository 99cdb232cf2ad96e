/**
 * Keeps the page behind a dialog from scrolling. Radix does it with an inline style element, which the
 * Content-Security-Policy forbids, so its overlay is not used and this is.
 */
import { useEffect } from 'react'

let locks = 0

export function useScrollLock(): void {
  useEffect(() => {
    locks++
    document.documentElement.dataset.scrollLocked = ''
    return () => {
      locks--
      if (locks === 0) delete document.documentElement.dataset.scrollLocked
    }
  }, [])
}
