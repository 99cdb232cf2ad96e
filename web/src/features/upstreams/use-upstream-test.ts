/** Tries an upstream's key at its provider and says how it went. */
import { useLingui } from '@lingui/react/macro'
import { useMutation } from '@tanstack/react-query'
import { errorText } from '@/api/error-text.ts'
import { type Upstream, upstreamActions } from '@/api/upstreams.ts'
import { formatDuration } from '@/lib/format.ts'
import { showToast } from '@/ui/overlay/toast.tsx'

export function useUpstreamTest() {
  const { t } = useLingui()
  return useMutation({
    mutationFn: ({ id }: Pick<Upstream, 'id' | 'name'>) => upstreamActions.test(id),
    onSuccess: ({ ok, latency_ms, detail }, { name }) =>
      ok
        ? showToast(t`${name} works: answered in ${formatDuration(latency_ms)}`)
        : showToast(`${name}: ${detail}`, { tone: 'bad' }),
    onError: (error) => showToast(errorText(error), { tone: 'bad' }),
  })
}
