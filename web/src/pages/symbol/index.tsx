import { getRouteApi } from '@tanstack/react-router';
import { ofUser } from '../../api/pages';
import { isSymbol } from '../../format/symbols';
import { dayOf } from '../../format/time';
import { useNow } from '../../parts/clock';
import { PageFrame } from '../../parts/PageFrame';
import { PageState } from '../../parts/PageState';
import { useViewing } from '../../shell/viewing';
import { AppliedActions } from '../positions/AppliedActions';
import { ClosedPositions } from '../positions/ClosedPositions';
import { Prices } from './Prices';
import { QuoteFigures } from './QuoteFigures';
import { SymbolDecisions } from './SymbolDecisions';
import { SymbolOrders } from './SymbolOrders';
import { SymbolPositions } from './SymbolPositions';
import { SymbolSearch } from './SymbolSearch';
import { SymbolSignals } from './SymbolSignals';
import { useIsUnknown } from './useIsUnknown';
import { WhyNoTrade } from './WhyNoTrade';
import { words } from './words';

const route = getRouteApi('/inside/symbols/$symbol');

/** What is known of a symbol, or that it can be none. */
export function SymbolPage() {
  const symbol = route.useParams().symbol.toUpperCase();
  if (isSymbol(symbol)) return <SharePage symbol={symbol} />;
  return (
    <PageFrame title={symbol} actions={<SymbolSearch />}>
      <PageState empty={{ title: words.noSymbolTitle, text: words.noSymbol }} />
    </PageFrame>
  );
}

/** A share: its price, what a user holds of it, and what was ordered, signalled and decided. */
function SharePage({ symbol }: { symbol: string }) {
  const isUnknown = useIsUnknown(symbol);
  const { user, name } = useViewing();
  const { day } = route.useSearch();
  const navigate = route.useNavigate();
  const now = useNow();
  const of = { symbol, user };
  return (
    <PageFrame
      title={symbol}
      note={name === undefined ? undefined : words.ofUser(name)}
      actions={<SymbolSearch />}
    >
      {isUnknown ? (
        <PageState empty={{ title: words.unknownTitle(symbol), text: words.unknown }} />
      ) : (
        <>
          <QuoteFigures symbol={symbol} />
          <Prices key={symbol} symbol={symbol} />
        </>
      )}
      <SymbolPositions {...of} />
      <AppliedActions {...of} />
      {!isUnknown && (
        <WhyNoTrade
          {...of}
          day={day}
          onDay={(chosen) =>
            void navigate({
              search: (before) => ({ ...before, day: chosen }),
              replace: true,
              resetScroll: false,
            })
          }
        />
      )}
      {now !== null && <SymbolDecisions {...of} today={dayOf(now)} />}
      <SymbolOrders key={`orders of ${symbol}`} {...of} />
      <SymbolSignals {...of} />
      <ClosedPositions filter={{ ...ofUser(user), symbol }} />
    </PageFrame>
  );
}
