// The rules, without the host. Prices are whole paise as BigInt, so nothing is ever rounded by accident.

// How far a price is above another one, in percent with two decimals.
export function rise(from, to) {
  return Number(((to - from) * 10_000n) / from) / 100;
}

// The shares to buy: those that rose at least so much over the look-back, the strongest first, as many as are wanted, each for as
// much money as one may cost.
export function choose(shares, settings) {
  const risen = shares
    .filter((share) => share.closes.length > settings.lookback && share.last > 0n)
    .map((share) => ({ ...share, rise: rise(share.closes.at(-1 - settings.lookback), share.last) }))
    .filter((share) => share.rise >= settings.least_rise_percent);
  risen.sort((one, other) => other.rise - one.rise || (one.symbol < other.symbol ? -1 : 1));
  return risen
    .map((share) => ({ ...share, quantity: Number(BigInt(settings.money_paise) / share.last) }))
    .filter((share) => share.quantity > 0)
    .slice(0, settings.most_buys);
}

// Why a position is left today; undefined when it stays.
export function leave(position, last, today, settings) {
  const change = rise(position.averagePrice, last);
  if (change >= settings.target_percent) {
    return "target_reached";
  }
  if (change <= -settings.stop_percent) {
    return "stop_reached";
  }
  return today - position.openedOn >= settings.days ? "held_long_enough" : undefined;
}
