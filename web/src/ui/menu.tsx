/** A menu of actions behind a button. Not modal: Radix's modal menus need an inline style element. */
import { DropdownMenu } from 'radix-ui'
import type { ReactElement, ReactNode } from 'react'
import { classNames } from './class-names.ts'

interface MenuProps {
  trigger: ReactElement
  children: ReactNode
  align?: 'start' | 'end'
}

export function Menu({ trigger, children, align = 'end' }: MenuProps) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align={align}
          sideOffset={4}
          collisionPadding={8}
          className="float-in z-50 min-w-44 rounded-lg border bg-surface p-1 shadow-float"
        >
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}

interface MenuItemProps {
  children: ReactNode
  onSelect: () => void
  danger?: boolean
  disabled?: boolean
}

export function MenuItem({ children, onSelect, danger = false, disabled = false }: MenuItemProps) {
  return (
    <DropdownMenu.Item
      disabled={disabled}
      onSelect={onSelect}
      className={classNames(
        'flex cursor-pointer items-center gap-2 rounded-md px-2 py-1.5 outline-none',
        'data-disabled:cursor-not-allowed data-disabled:text-faint data-highlighted:bg-hover',
        danger && 'text-bad data-highlighted:bg-bad-soft',
      )}
    >
      {children}
    </DropdownMenu.Item>
  )
}

export function MenuRadio<Value extends string>(props: {
  label: string
  value: Value
  options: Readonly<Record<Value, ReactNode>>
  onChange: (value: Value) => void
}) {
  return (
    <DropdownMenu.RadioGroup
      value={props.value}
      onValueChange={(value) => props.onChange(value as Value)}
      aria-label={props.label}
    >
      <DropdownMenu.Label className="px-2 pt-1.5 pb-0.5 text-xs text-faint">
        {props.label}
      </DropdownMenu.Label>
      {Object.entries<ReactNode>(props.options).map(([value, text]) => (
        <DropdownMenu.RadioItem
          key={value}
          value={value}
          className="flex cursor-pointer items-center gap-2 rounded-md py-1.5 pr-2 pl-6 outline-none data-highlighted:bg-hover"
        >
          <DropdownMenu.ItemIndicator className="-ml-4 w-4 font-semibold text-accent-ink">
            •
          </DropdownMenu.ItemIndicator>
          {text}
        </DropdownMenu.RadioItem>
      ))}
    </DropdownMenu.RadioGroup>
  )
}

export function MenuSeparator() {
  return <DropdownMenu.Separator className="my-1 h-px bg-line" />
}
