/** Where the console and its gateway are, also under a path prefix: learnt from the page, fixed for its life. */

/** The console's own address, such as `https://host/prefix/console/`. */
export const CONSOLE_URL = new URL(document.baseURI.replace(/[^/]*$/, ''))

/** `/prefix/console` */
export const BASE_PATH = CONSOLE_URL.pathname.replace(/\/$/, '')

/** The gateway's root as this browser reaches it, without a slash at the end. */
export const GATEWAY_URL = new URL('../', CONSOLE_URL).href.replace(/\/$/, '')

export const ADMIN_URL = `${GATEWAY_URL}/admin/v1`
