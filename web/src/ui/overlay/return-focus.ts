/** Where the focus goes when something that is open over the page closes. */
import { useState } from 'react'

/** For `onCloseAutoFocus`: back to what had the focus when the component was rendered first. */
export function useReturnFocus(): (event: Event) => void {
  const [opener] = useState(focusedNow)
  return (event) => {
    event.preventDefault()
    focusAgain(opener)
  }
}

/** What has the focus; for an item of a menu, which is about to go, the button of the menu. */
function focusedNow(): HTMLElement | null {
  const focused = document.activeElement
  const buttonOfMenu = focused?.closest('[role=menu]')?.getAttribute('aria-labelledby')
  const element = buttonOfMenu ? document.getElementById(buttonOfMenu) : focused
  return element instanceof HTMLElement && element !== document.body ? element : null
}

/** If the opener is gone, or a link opened the dialog, the keyboard goes on from the start of the content. */
function focusAgain(opener: HTMLElement | null): void {
  const target = opener?.isConnected ? opener : document.getElementById('main')
  target?.focus({ preventScroll: true })
}
