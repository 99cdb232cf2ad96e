/** Tables that scroll sideways inside their panel, so that the last column can be reached at any width. */
import { type ReactNode, useState } from 'react'
import { classNames } from './class-names.ts'
import { ArrowDownIcon, ArrowUpIcon } from './icons.ts'
import { nextSorting, type Sorting, type SortValue, sortItems } from './sorting.ts'

export interface Column<Item> {
  id: string
  header: ReactNode
  cell: (item: Item) => ReactNode
  /** A click on the header sorts by it: only for tables that have all their rows. */
  sortBy?: (item: Item) => SortValue
  align?: 'end'
  className?: string
}

interface DataTableProps<Item> {
  label: string
  items: readonly Item[]
  columns: readonly Column<Item>[]
  rowId: (item: Item) => string
  /** Shown instead of rows where there are none. */
  empty?: ReactNode
  /** Rows of many lines are read from their top. */
  tall?: boolean
  footer?: ReactNode
}

export function DataTable<Item>(props: DataTableProps<Item>) {
  const { label, items, columns, rowId, tall = false } = props
  const [sorting, setSorting] = useState<Sorting | null>(null)
  if (items.length === 0 && props.empty) return props.empty
  const sortBy = columns.find(({ id }) => id === sorting?.column)?.sortBy
  const rows = sorting && sortBy ? sortItems(items, sortBy, sorting.direction) : items
  return (
    <div className="relative overflow-x-auto" role="group" aria-label={label} tabIndex={0}>
      <table className="w-full border-collapse text-left break-keep wrap-break-word">
        <caption className="sr-only">{label}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <HeaderCell
                key={column.id}
                column={column}
                sorted={sorting?.column === column.id ? sorting.direction : undefined}
                onSort={() =>
                  setSorting(nextSorting(sorting, column.id, items[0] && column.sortBy?.(items[0])))
                }
              />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((item) => (
            <BodyRow key={rowId(item)} item={item} columns={columns} tall={tall} />
          ))}
        </tbody>
      </table>
      {props.footer}
    </div>
  )
}

interface HeaderCellProps<Item> {
  column: Column<Item>
  sorted: Sorting['direction'] | undefined
  onSort: () => void
}

function HeaderCell<Item>({ column, sorted, onSort }: HeaderCellProps<Item>) {
  return (
    <th
      scope="col"
      aria-sort={sorted}
      className={classNames(
        'h-9 border-b px-3 text-xs font-medium whitespace-nowrap text-faint first:pl-4 last:pr-4',
        column.align === 'end' && 'text-right',
      )}
    >
      {column.sortBy ? (
        <button
          type="button"
          onClick={onSort}
          className="inline-flex items-center gap-1 hover:text-ink"
        >
          {column.header}
          {sorted === 'ascending' && <ArrowUpIcon className="size-3" />}
          {sorted === 'descending' && <ArrowDownIcon className="size-3" />}
        </button>
      ) : (
        column.header
      )}
    </th>
  )
}

interface BodyRowProps<Item> {
  item: Item
  columns: readonly Column<Item>[]
  tall: boolean
}

function BodyRow<Item>({ item, columns, tall }: BodyRowProps<Item>) {
  return (
    <tr className="group border-b last:border-b-0 hover:bg-hover">
      {columns.map(({ id, cell, align, className }) => (
        <td
          key={id}
          className={classNames(
            'h-11 px-3 first:pl-4 last:pr-4',
            tall ? 'py-2.5 align-top' : 'py-1.5',
            align === 'end' && 'text-right whitespace-nowrap',
            className,
          )}
        >
          {cell(item)}
        </td>
      ))}
    </tr>
  )
}
