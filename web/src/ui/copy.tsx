/** Copies a text; where the browser forbids it, selects it and says so. */
import { useLingui } from '@lingui/react/macro'
import { useRef, useState } from 'react'
import { copyText } from '@/lib/clipboard.ts'
import { Button, IconButton } from './button.tsx'
import { classNames } from './class-names.ts'
import { CheckIcon, CopyIcon } from './icons.ts'
import { showToast } from './overlay/toast.tsx'

const SHOWN_MS = 1500

interface CopyButtonProps {
  text: string
  label?: string
  /** Shows the label, not the icon alone. */
  labelled?: boolean
  onBlocked?: () => void
}

export function CopyButton({ text, label, labelled = false, onBlocked }: CopyButtonProps) {
  const { t } = useLingui()
  const [copied, setCopied] = useState(false)
  const copy = async () => {
    if (await copyText(text)) {
      setCopied(true)
      setTimeout(() => setCopied(false), SHOWN_MS)
    } else {
      onBlocked?.()
      showToast(t`The browser does not let this page copy. Select the text and copy it yourself.`, {
        tone: 'bad',
      })
    }
  }
  const name = copied ? t`Copied` : (label ?? t`Copy`)
  const icon = copied ? (
    <CheckIcon className="size-3.5 text-ok" />
  ) : (
    <CopyIcon className="size-3.5" />
  )
  if (labelled)
    return (
      <Button onClick={() => void copy()}>
        {icon} {name}
      </Button>
    )
  return (
    <IconButton label={name} size="small" onClick={() => void copy()}>
      {icon}
    </IconButton>
  )
}

/** Text to take elsewhere: code, a key, a link. Always as text, never as markup. */
export function CodeBlock({
  text,
  label,
  className,
}: {
  text: string
  label: string
  className?: string
}) {
  const ref = useRef<HTMLPreElement>(null)
  const select = () => ref.current && getSelection()?.selectAllChildren(ref.current)
  return (
    <div className={classNames('relative rounded-md border bg-sunken', className)}>
      <pre
        ref={ref}
        tabIndex={0}
        aria-label={label}
        role="group"
        className="max-h-96 overflow-auto p-3 pr-10 font-mono text-xs leading-5 whitespace-pre-wrap"
      >
        {text}
      </pre>
      <div className="absolute top-1 right-1">
        <CopyButton text={text} onBlocked={select} />
      </div>
    </div>
  )
}
