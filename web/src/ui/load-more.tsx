/** The end of a list that has more pages: loads the next when it comes into view, or on a click. */
import { Trans } from '@lingui/react/macro'
import { useEffect, useRef } from 'react'
import { errorText } from '@/api/error-text.ts'
import { Button } from './button.tsx'

interface LoadMoreProps {
  query: {
    hasNextPage: boolean
    isFetchingNextPage: boolean
    isFetchNextPageError: boolean
    error: unknown
    fetchNextPage: () => unknown
  }
}

export function LoadMore({ query }: LoadMoreProps) {
  const end = useRef<HTMLDivElement>(null)
  const latest = useRef(query)
  latest.current = query
  // biome-ignore lint/correctness/useExhaustiveDependencies: observed again after each page, as a tall screen may still show the end
  useEffect(() => {
    if (!query.hasNextPage || end.current === null) return
    const observer = new IntersectionObserver(([entry]) => {
      const { isFetchingNextPage, isFetchNextPageError, fetchNextPage } = latest.current
      if (entry?.isIntersecting && !isFetchingNextPage && !isFetchNextPageError)
        void fetchNextPage()
    })
    observer.observe(end.current)
    return () => observer.disconnect()
  }, [query.hasNextPage, query.isFetchingNextPage])
  if (!query.hasNextPage) return null
  return (
    <div ref={end} className="flex flex-col items-center gap-2 border-t p-3">
      {query.isFetchNextPageError && <p className="text-bad">{errorText(query.error)}</p>}
      <Button
        size="small"
        busy={query.isFetchingNextPage}
        onClick={() => void query.fetchNextPage()}
      >
        <Trans>Show more</Trans>
      </Button>
    </div>
  )
}
