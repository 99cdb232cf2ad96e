/** How long answers stay fresh, and what is tried again. */
import { QueryClient } from '@tanstack/react-query'
import { ApiError } from './errors.ts'

const MAX_RETRIES = 2

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      // A refused request is refused again; only a gateway that did not answer may do so the next time.
      retry: (count, error) =>
        count < MAX_RETRIES &&
        error instanceof ApiError &&
        (error.status === 0 || error.status >= 502),
      // A hidden tab receives no events, so whatever it shows may have changed: fetched again when it is visible.
      refetchIntervalInBackground: false,
      refetchOnWindowFocus: 'always',
    },
  },
})
