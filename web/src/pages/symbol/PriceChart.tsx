import { useComputedColorScheme } from '@mantine/core';
import {
  CandlestickSeries,
  createChart,
  createTextWatermark,
  LineSeries,
} from 'lightweight-charts';
import { useEffect, useRef } from 'react';
import type { Bars } from '../../api/schema';
import { rupeesPlain } from '../../format/money';
import css from './Symbol.module.css';
import { words } from './words';

const HEIGHT = 380;

interface Props {
  label: string;
  bars: Bars['bars'];
}

/** Candles with EMA9, and RSI10 below them. The table beside it has the same figures. */
export default function PriceChart({ label, bars }: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const scheme = useComputedColorScheme();

  // biome-ignore lint/correctness/useExhaustiveDependencies: the colours on the canvas are those of the scheme
  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const style = getComputedStyle(element);
    const colour = (token: string) => style.getPropertyValue(`--${token}`).trim();
    const chart = createChart(element, {
      autoSize: true,
      layout: {
        background: { color: colour('surface') },
        textColor: colour('soft'),
        fontFamily: style.fontFamily,
        panes: { separatorColor: colour('line') },
        // Its logo brings a style element, which the Content-Security-Policy refuses; the credit stands below the chart.
        attributionLogo: false,
      },
      grid: { vertLines: { visible: false }, horzLines: { color: colour('line') } },
      rightPriceScale: { borderColor: colour('line') },
      timeScale: { borderColor: colour('line') },
      localization: { priceFormatter: (value: number) => rupeesPlain(value * 100) },
    });
    const candles = chart.addSeries(CandlestickSeries, {
      upColor: colour('gain'),
      downColor: colour('loss'),
      wickUpColor: colour('gain'),
      wickDownColor: colour('loss'),
      borderVisible: false,
    });
    candles.setData(
      bars.map((bar) => ({
        time: bar.day,
        open: bar.open_paise / 100,
        high: bar.high_paise / 100,
        low: bar.low_paise / 100,
        close: bar.close_paise / 100,
      })),
    );
    const line = { lineWidth: 2, priceLineVisible: false } as const;
    const ema = chart.addSeries(LineSeries, { ...line, color: colour('accent') });
    ema.setData(
      bars.flatMap(({ day, ema9_paise: value }) =>
        value === null ? [] : [{ time: day, value: value / 100 }],
      ),
    );
    const rsi = chart.addSeries(LineSeries, { ...line, color: colour('unknown') }, 1);
    rsi.setData(
      bars.flatMap(({ day, rsi10: value }) => (value === null ? [] : [{ time: day, value }])),
    );
    const below = chart.panes()[1];
    below?.setStretchFactor(0.3);
    if (below) {
      const text = { text: words.rsi, color: colour('soft'), fontSize: 12 };
      createTextWatermark(below, { horzAlign: 'left', vertAlign: 'top', lines: [text] });
    }
    chart.timeScale().fitContent();
    return () => chart.remove();
  }, [bars, scheme]);
  return (
    <>
      <div ref={frame} role="img" aria-label={label} style={{ minWidth: 0, height: HEIGHT }} />
      <p className={css.credit}>
        {words.credit}{' '}
        <a href="https://www.tradingview.com/" target="_blank" rel="noreferrer">
          TradingView
        </a>
      </p>
    </>
  );
}
