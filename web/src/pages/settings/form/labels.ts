/**
 * What stands above the field of a setting, where the name that programs have for it does not say what it is to a trader.
 * The name itself is shown when the pointer rests on the label.
 */
export const LABELS: Readonly<Record<string, string>> = {
  user_capital_paise: 'Money for one position',
  max_portfolio_size: 'Most shares held at once',
  max_position_volume_ratio: 'Most of a share’s daily volume in one position',
  min_absolute_avg_volume: 'Least daily volume of a share',
  chart_quality_enabled: 'Leave out rough charts',
  chart_quality_min_score: 'Least chart quality',
  chart_quality_max_gap_frequency: 'Most days with a gap',
  chart_quality_min_daily_range_pct: 'Least daily range',
  chart_quality_max_extreme_candle_frequency: 'Most days with an extreme candle',
  past_gate: 'Ask for a good past',
  past_gate_min_win_rate_pct: 'Least part of trades won',
  past_gate_min_average_profit_pct: 'Least mean gain of a trade',
  past_gate_min_score: 'Least backtest score',
  min_combined_score: 'Least combined score',
  rank_by_priority: 'Rank by priority points',
  enable_premarket_adjustment: 'Adjust pending buys before the open',
  marketable_limit_buffer_pct: 'Limit above the pre-market price',
  premarket_cancel_ema9_ratio: 'Cancel a pending buy above this part of EMA9',
};
