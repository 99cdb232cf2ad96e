/** After an upgrade an open tab asks for files of the old version, which are gone: it loads itself again, once. */

const MARK = 'console.reloaded-at'
const PAUSE_MS = 60_000

export function reloadOnceAfterUpgrade(): void {
  addEventListener('vite:preloadError', (event) => {
    const last = Number(sessionStorage.getItem(MARK) ?? 0)
    // If the file is missing again right after a reload, another one would not help: the page's error shows.
    if (Date.now() - last < PAUSE_MS) return
    event.preventDefault()
    sessionStorage.setItem(MARK, String(Date.now()))
    location.reload()
  })
}
