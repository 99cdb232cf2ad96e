/** Loads a file of the console that a page needs: when the gateway is away, and after an upgrade, too. */
import { errorText } from '@/api/error-text.ts'
import { ApiError, unreachable } from '@/api/errors.ts'
import { CONSOLE_URL } from '@/lib/addresses.ts'
import { showToast } from './overlay/toast.tsx'

const MARK = 'console.reloaded-at'
const RELOAD_PAUSE_MS = 60_000
const RETRY_MS = 2000

/**
 * Waits until the gateway answers again: the page that is open stays. A file that is missing although the gateway
 * answers is one of an older version, so the console is loaded again.
 */
export async function loadFile<Module>(load: () => Promise<Module>): Promise<Module> {
  for (let isTold = false; ; isTold = true) {
    try {
      return await load()
    } catch {
      if (await isAnswering()) return reloadOnce()
      if (!isTold) showToast(errorText(unreachable()), { tone: 'bad' })
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
    }
  }
}

const isAnswering = () =>
  fetch(CONSOLE_URL, { method: 'HEAD', cache: 'no-store' }).then(
    ({ status }) => status < 500,
    () => false,
  )

/** If the file is missing again right after a reload, another one would not help. */
function reloadOnce(): Promise<never> {
  const last = Number(sessionStorage.getItem(MARK) ?? 0)
  if (Date.now() - last < RELOAD_PAUSE_MS) throw new ApiError(404, {})
  sessionStorage.setItem(MARK, String(Date.now()))
  location.reload()
  return new Promise(() => {})
}
