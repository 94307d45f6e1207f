// Ranks: the column of each item, operands left of their users. Items are 0 to n - 1.

// Returns the rank of each item as an Int32Array. `links` are pairs [from, to]. Ranks are longest
// paths from the left; an item with more users than operands then moves right, so that a parameter
// stands beside its use.
export function ranksOf(n, links) {
  const users = Array.from({ length: n }, () => []);
  const operands = Array.from({ length: n }, () => []);
  for (const [from, to] of links) {
    users[from].push(to);
    operands[to].push(from);
  }
  const order = orderOf(n, users, operands);
  const place = new Int32Array(n);
  order.forEach((item, i) => (place[item] = i));
  const forward = (a, b) => place[a] < place[b];
  const rank = new Int32Array(n);
  for (const item of order) {
    for (const x of operands[item]) {
      if (forward(x, item)) rank[item] = Math.max(rank[item], rank[x] + 1);
    }
  }
  for (let i = n - 1; i >= 0; i--) {
    const item = order[i];
    const later = users[item].filter((u) => forward(item, u));
    if (later.length > operands[item].length || (later.length > 0 && operands[item].length === 0)) {
      rank[item] = Math.min(...later.map((u) => rank[u])) - 1;
    }
  }
  return rank;
}

// Operands before users. If modules feed each other in a cycle, the first one goes first.
function orderOf(n, users, operands) {
  const operandsLeft = operands.map((xs) => xs.length);
  const order = [];
  const done = new Uint8Array(n);
  const ready = [];
  for (let i = 0; i < n; i++) if (operandsLeft[i] === 0) ready.push(i);
  let next = 0;
  let first = 0;
  while (order.length < n) {
    if (next === ready.length) {
      while (done[first] || operandsLeft[first] <= 0) first++;
      operandsLeft[first] = 0;
      ready.push(first);
    }
    const item = ready[next++];
    if (done[item]) continue;
    done[item] = 1;
    order.push(item);
    for (const u of users[item]) if (--operandsLeft[u] === 0) ready.push(u);
  }
  return order;
}
