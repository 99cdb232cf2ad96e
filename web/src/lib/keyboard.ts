/** Keyboard details that differ between browsers and input methods. */

/** A key that belongs to an input method (IME): Enter then picks a word. Safari sends it after the composition as code 229. */
export function isComposing(event: KeyboardEvent | React.KeyboardEvent): boolean {
  const native = 'nativeEvent' in event ? event.nativeEvent : event
  return native.isComposing || native.keyCode === 229
}

export const isMac = /Mac|iP(hone|ad|od)/.test(navigator.platform)
