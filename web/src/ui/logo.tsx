/** The product's mark and name. */

export function Logo() {
  return (
    <span className="inline-flex items-center gap-2 font-semibold tracking-tight">
      <svg viewBox="0 0 32 32" className="size-6" aria-hidden="true">
        <rect width="32" height="32" rx="8" className="fill-accent" />
        <path
          d="M7 16h7m4-6h7m-7 12h7M14 16c4 0 1.500-6 4-6m-4 6c4 0 1.500 6 4 6"
          className="fill-none stroke-on-accent"
          strokeWidth="2.600"
          strokeLinecap="round"
        />
      </svg>
      GPT Proxy
    </span>
  )
}
