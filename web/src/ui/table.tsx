/** Tables that scroll sideways inside their panel, so that the last column can be reached at any width. */
import {
  type ColumnDef,
  flexRender,
  getCoreRowModel,
  getSortedRowModel,
  type Row,
  type RowData,
  type SortingState,
  useReactTable,
} from '@tanstack/react-table'
import { type ReactNode, useState } from 'react'
import { classNames } from './class-names.ts'
import { ArrowDownIcon, ArrowUpIcon } from './icons.ts'

declare module '@tanstack/react-table' {
  interface ColumnMeta<TData extends RowData, TValue> {
    align?: 'end'
    className?: string
  }
}

interface DataTableProps<Item> {
  label: string
  items: readonly Item[]
  // biome-ignore lint/suspicious/noExplicitAny: columns have values of different types
  columns: ColumnDef<Item, any>[]
  rowId: (item: Item) => string
  /** Shown instead of rows where there are none. */
  empty?: ReactNode
  /** Makes the sorting by a click on a header possible: only where all rows are there. */
  sortable?: boolean
  /** Rows of many lines are read from their top. */
  tall?: boolean
  footer?: ReactNode
}

export function DataTable<Item>(props: DataTableProps<Item>) {
  const [sorting, setSorting] = useState<SortingState>([])
  const table = useReactTable({
    data: props.items as Item[],
    columns: props.columns,
    getRowId: props.rowId,
    getCoreRowModel: getCoreRowModel(),
    getSortedRowModel: getSortedRowModel(),
    enableSorting: props.sortable ?? false,
    state: { sorting },
    onSortingChange: setSorting,
  })
  if (props.items.length === 0 && props.empty) return props.empty
  return (
    <div className="relative overflow-x-auto" role="group" aria-label={props.label} tabIndex={0}>
      <table className="w-full border-collapse text-left break-keep wrap-break-word">
        <caption className="sr-only">{props.label}</caption>
        <thead>
          {table.getHeaderGroups().map((group) => (
            <tr key={group.id}>
              {group.headers.map(({ column, getContext }) => {
                const content = flexRender(column.columnDef.header, getContext())
                const sorted = column.getIsSorted()
                return (
                  <th
                    key={column.id}
                    scope="col"
                    aria-sort={sorted ? (sorted === 'asc' ? 'ascending' : 'descending') : undefined}
                    className={classNames(
                      'h-9 border-b px-3 text-xs font-medium whitespace-nowrap text-faint first:pl-4 last:pr-4',
                      column.columnDef.meta?.align === 'end' && 'text-right',
                    )}
                  >
                    {column.getCanSort() ? (
                      <button
                        type="button"
                        onClick={column.getToggleSortingHandler()}
                        className="inline-flex items-center gap-1 hover:text-ink"
                      >
                        {content}
                        {sorted === 'asc' && <ArrowUpIcon className="size-3" />}
                        {sorted === 'desc' && <ArrowDownIcon className="size-3" />}
                      </button>
                    ) : (
                      content
                    )}
                  </th>
                )
              })}
            </tr>
          ))}
        </thead>
        <tbody>
          {table.getRowModel().rows.map((row) => (
            <BodyRow key={row.id} row={row} tall={props.tall ?? false} />
          ))}
        </tbody>
      </table>
      {props.footer}
    </div>
  )
}

function BodyRow<Item>({ row, tall }: { row: Row<Item>; tall: boolean }) {
  return (
    <tr className="border-b last:border-b-0 hover:bg-hover">
      {row.getVisibleCells().map(({ id, column, getContext }) => (
        <td
          key={id}
          className={classNames(
            'h-11 px-3 first:pl-4 last:pr-4',
            tall ? 'py-2.5 align-top' : 'py-1.5',
            column.columnDef.meta?.align === 'end' && 'text-right whitespace-nowrap',
            column.columnDef.meta?.className,
          )}
        >
          {flexRender(column.columnDef.cell, getContext())}
        </td>
      ))}
    </tr>
  )
}
