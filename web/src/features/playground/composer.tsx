/** Where the question is written; Enter sends it, unless it confirms a word of an input method. */
import { Trans, useLingui } from '@lingui/react/macro'
import { type KeyboardEvent, useRef, useState } from 'react'
import type { Part } from '@/api/playground.ts'
import { isComposing } from '@/lib/keyboard.ts'
import { Button, IconButton } from '@/ui/button.tsx'
import { TextArea } from '@/ui/field.tsx'
import { ImageIcon, SendIcon, SquareIcon, XIcon } from '@/ui/icons.ts'
import { showToast } from '@/ui/overlay/toast.tsx'

interface ComposerProps {
  busy: boolean
  disabled: boolean
  onSend: (content: string | Part[]) => void
  onStop: () => void
  onClear: () => void
}

const MAX_IMAGE_BYTES = 5_000_000

export function Composer({ busy, disabled, onSend, onStop, onClear }: ComposerProps) {
  const { t } = useLingui()
  const [text, setText] = useState('')
  const [image, setImage] = useState<string | null>(null)
  const file = useRef<HTMLInputElement>(null)
  const send = () => {
    if (text.trim() === '' || busy || disabled) return
    onSend(
      image === null
        ? text
        : [
            { type: 'text', text },
            { type: 'image_url', image_url: { url: image } },
          ],
    )
    setText('')
    setImage(null)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.shiftKey || isComposing(event)) return
    event.preventDefault()
    send()
  }
  const readImage = async (chosen: File | undefined) => {
    if (chosen === undefined) return
    if (chosen.size > MAX_IMAGE_BYTES) {
      showToast(t`The image is larger than 5 MB.`, { tone: 'bad' })
      return
    }
    setImage(await dataUrl(chosen))
  }
  return (
    <div className="flex flex-col gap-2">
      {image !== null && (
        <div className="flex items-start gap-2">
          <img src={image} alt={t`Not sent yet`} className="max-h-24 rounded-md border" />
          <IconButton label={t`Remove the image`} size="small" onClick={() => setImage(null)}>
            <XIcon className="size-3.5" />
          </IconButton>
        </div>
      )}
      <TextArea
        aria-label={t`Your message`}
        placeholder={t`Your message`}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <div className="flex flex-wrap items-center gap-2">
        <input
          ref={file}
          type="file"
          accept="image/*"
          aria-label={t`Image`}
          className="hidden"
          onChange={(event) => {
            void readImage(event.target.files?.[0])
            event.target.value = ''
          }}
        />
        <Button onClick={() => file.current?.click()}>
          <ImageIcon /> <Trans>Image</Trans>
        </Button>
        <Button variant="ghost" onClick={onClear}>
          <Trans>New chat</Trans>
        </Button>
        <span className="grow" />
        {busy ? (
          <Button variant="danger" onClick={onStop}>
            <SquareIcon className="size-3.5" /> <Trans>Stop</Trans>
          </Button>
        ) : (
          <Button variant="primary" disabled={disabled || text.trim() === ''} onClick={send}>
            <SendIcon className="size-3.5" /> <Trans>Send</Trans>
          </Button>
        )}
      </div>
    </div>
  )
}

function dataUrl(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(String(reader.result))
    reader.onerror = () => reject(reader.error)
    reader.readAsDataURL(file)
  })
}
