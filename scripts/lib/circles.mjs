// Circles in a graph, which is a Map of each node to the Set of those that it leads to.

/** The nodes that can be reached from each other, in groups of at least two. */
export function circlesOf(graph) {
  const reached = new Map([...graph.keys()].map((node) => [node, reachableFrom(graph, node)]));
  const groups = [];
  const seen = new Set();
  for (const node of graph.keys()) {
    if (seen.has(node)) continue;
    const group = [...reached.get(node)].filter((other) => reached.get(other)?.has(node));
    for (const other of group) seen.add(other);
    if (group.length > 1) groups.push(group.sort());
  }
  return groups;
}

/** `start` is among them only if a circle leads back to it. */
export function reachableFrom(graph, start) {
  const reached = new Set();
  const next = [start];
  while (next.length > 0) {
    for (const node of graph.get(next.pop()) ?? []) {
      if (reached.has(node)) continue;
      reached.add(node);
      next.push(node);
    }
  }
  return reached;
}
