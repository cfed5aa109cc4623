import { Link } from '@tanstack/react-router';

/** Leads to the prices by which a jump is seen. */
export function ShareLink({ symbol }: { symbol: string }) {
  return (
    <Link to="/symbols/$symbol" params={{ symbol }} search={{}}>
      {symbol}
    </Link>
  );
}
