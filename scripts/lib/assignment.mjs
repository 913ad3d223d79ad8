// Who gets what, such that the sum of the costs is least: the Hungarian method, by shortest paths.

/**
 * @param {number[][]} costs As many columns as rows.
 * @returns {number[]} The column of each row.
 */
export function assignment(costs) {
  const size = costs.length;
  const rowPrice = new Float64Array(size);
  const columnPrice = new Float64Array(size + 1);
  /** Which row has which column; the last column is nobody's, and there each row begins. */
  const owner = new Int32Array(size + 1).fill(-1);
  for (let row = 0; row < size; row++) {
    owner[size] = row;
    const from = shortestPath(costs, { rowPrice, columnPrice, owner });
    for (let column = from.end; column !== size; column = from.previous[column]) {
      owner[column] = owner[from.previous[column]];
    }
  }
  const columns = [];
  for (let column = 0; column < size; column++) columns[owner[column]] = column;
  return columns;
}

/** To the first column without an owner: `previous` is the way back from its `end`. */
function shortestPath(costs, { rowPrice, columnPrice, owner }) {
  const size = costs.length;
  const distance = new Float64Array(size).fill(Number.POSITIVE_INFINITY);
  const previous = new Int32Array(size).fill(size);
  const done = new Set();
  let at = size;
  while (owner[at] >= 0) {
    done.add(at);
    const row = owner[at];
    let nearest = -1;
    for (let column = 0; column < size; column++) {
      if (done.has(column)) continue;
      const through = costs[row][column] - rowPrice[row] - columnPrice[column];
      if (through < distance[column]) {
        distance[column] = through;
        previous[column] = at;
      }
      if (nearest < 0 || distance[column] < distance[nearest]) nearest = column;
    }
    const step = distance[nearest];
    for (const column of done) {
      rowPrice[owner[column]] += step;
      columnPrice[column] -= step;
    }
    for (let column = 0; column < size; column++) if (!done.has(column)) distance[column] -= step;
    at = nearest;
  }
  return { end: at, previous };
}
