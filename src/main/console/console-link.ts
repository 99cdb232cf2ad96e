/** The console's one-time link; the part after `#` is never sent to a server or logged. */
export function consoleLinkOf(publicUrl: string, token: string): string {
  return `${publicUrl.replace(/\/+$/, '')}/console/#setup=${token}`
}
