// Which channels the page listens to: worked out from what it shows, and nothing else.

/** Return the names of the channels that this state needs. */
export function wanted(state, view) {
  const names = ["schedule"];
  if (view.shown) {
    names.push(`live:${view.shown.live_id}`);
    view.shown.rows.forEach((row) => names.push(`product:${row.product.sku}`));
  }
  if (state.user) {
    names.push(`user:${state.user.user_id}`);
    if (state.openOrder) names.push(`order:${state.openOrder}`);
  }
  return names;
}

/** Keep a connection's subscriptions equal to what is wanted; `listener(channel)` makes each. */
export function createListening(connection, listener) {
  const current = new Set();
  return (names) => {
    for (const name of current) {
      if (names.includes(name)) continue;
      current.delete(name);
      connection.unsubscribe(name);
    }
    for (const name of names) {
      if (current.has(name)) continue;
      current.add(name);
      connection.subscribe(name, listener(name));
    }
  };
}
