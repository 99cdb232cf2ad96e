/** What is paid by something other than tokens. */
import { useLingui } from '@lingui/react/macro'
import type { Unit } from '@/lib/units.ts'

export function useUnitNames(): Record<Unit, string> {
  const { t } = useLingui()
  return {
    images: t`Images`,
    audio_seconds: t`Seconds of audio`,
    video_seconds: t`Seconds of video`,
    characters: t`Characters`,
    searches: t`Web searches and reranks`,
    file_searches: t`File searches`,
    code_sessions: t`Code interpreter sessions`,
    pages: t`Pages`,
  }
}
