/** The one-time link of the console; what follows `#` is sent to no server and is in no log. */
export function consoleLinkOf(publicUrl: string, token: string): string {
  return `${publicUrl.replace(/\/+$/, '')}/console/#setup=${token}`
}
