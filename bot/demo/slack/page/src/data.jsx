// A data table: sortable, in pages. The renderer does not know it.
import { useState } from "react";

import { Drawn } from "./drawn.jsx";
import { Element } from "./elements.jsx";

const DEFAULT_PAGE_SIZE = 5;

const sortKey = (cell) => (cell.type === "raw_number" ? cell.value : (cell.text?.text ?? cell.text ?? ""));

function compare(a, b) {
  return typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));
}

export function DataTable({ block, surface }) {
  const [header, ...rows] = block.rows;
  const [order, setOrder] = useState(null);
  const [page, setPage] = useState(0);
  const size = block.page_size ?? DEFAULT_PAGE_SIZE;
  const pages = Math.ceil(rows.length / size);
  const rowHeader = block.row_header_column_index ?? 0;
  const sorted = order
    ? [...rows].sort((a, b) => order.sign * compare(sortKey(a[order.column]), sortKey(b[order.column])))
    : rows;
  const sortBy = (column) => {
    setPage(0);
    setOrder(order?.column === column ? { column, sign: -order.sign } : { column, sign: 1 });
  };
  const draw = (cell) => {
    if (cell.type === "rich_text") return <Drawn block={cell} />;
    if (cell.type === "button") return <Element block={block} element={cell} surface={surface} />;
    return cell.text;
  };
  return (
    <div className="data-table">
      <div className="data-table-scroll">
        <table>
          <caption>{block.caption}</caption>
          <thead>
            <tr>
              {header.map((cell, column) => (
                <th key={column} scope="col" aria-sort={sortState(order, column)}>
                  <button type="button" onClick={() => sortBy(column)}>
                    {cell.text} <span aria-hidden="true">{arrow(order, column)}</span>
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {sorted.slice(page * size, (page + 1) * size).map((row, index) => (
              <tr key={index}>
                {row.map((cell, column) =>
                  column === rowHeader ? (
                    <th key={column} scope="row">
                      {draw(cell)}
                    </th>
                  ) : (
                    <td key={column} className={cell.type === "raw_number" ? "number" : ""}>
                      {draw(cell)}
                    </td>
                  ),
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {pages > 1 && (
        <p className="pager">
          <button type="button" className="button" disabled={page === 0} onClick={() => setPage(page - 1)}>
            Previous
          </button>
          <span>
            Page {page + 1} of {pages}
          </span>
          <button type="button" className="button" disabled={page === pages - 1} onClick={() => setPage(page + 1)}>
            Next
          </button>
        </p>
      )}
    </div>
  );
}

const sortState = (order, column) =>
  order?.column !== column ? undefined : order.sign > 0 ? "ascending" : "descending";
const arrow = (order, column) => (order?.column !== column ? "" : order.sign > 0 ? "▲" : "▼");
