//! One run: reads the universe's daily bars, judges each symbol, tries the past of the buys, publishes what remains.

use prahari_indicators::Bar;
use prahari_sdk::{
    Candle, Day, Evidence, Host, HostError, Interval, LogLevel, PublishReport, Report, RunContext,
    SignalDraft, Strategy, TaskError, TradingDay, plural, time,
};

use crate::assessment::{Assessment, assess};
use crate::candidate::{Candidate, PAST_BARS};
use crate::draft::{draft, reasons};
use crate::series::{Series, VERDICT_BARS};
use crate::settings::Settings;
use crate::verdict::Verdict;

/// Symbols whose bars are held at once: 25 of 1,560 bars each are 2 MB.
const BATCH: usize = 25;
const MINUTE_MS: i64 = 60_000;

/// Scans the universe and publishes; answers the summary's line.
///
/// # Errors
/// When settings, calendar, universe or candles cannot be had, or no symbol can be judged. Nothing is published then:
/// the published list must be complete, because what is missing in it expires.
pub fn run(host: &mut dyn Host, context: &RunContext, report: &mut Report) -> Result<String, TaskError> {
    let settings = settings_of(&host.strategy()?);
    let symbols = host.universe()?;
    let today = Today::read(host, context)?;
    let buys = judge_all(host, &symbols, &today, &settings, report)?;
    if report.counted("judged") == 0 {
        return Err(TaskError::Unavailable(format!(
            "none of {} symbols has candles to judge",
            symbols.len()
        )));
    }
    let mut drafts = try_all(host, buys, &settings, report)?;
    drafts
        .sort_by(|a, b| b.priority_score.total_cmp(&a.priority_score).then_with(|| a.symbol.cmp(&b.symbol)));
    publish(host, &drafts, &today, report)
}

/// Days between two sessions at most: a weekend with holidays on both its sides.
const LONGEST_CLOSURE_DAYS: Day = 5;

/// The calendar around the run.
struct Today {
    day: TradingDay,
    /// Sessions before this one are stale. One session is forgiven, because a source may lack the newest one.
    oldest: Day,
    now: i64,
}

impl Today {
    fn read(host: &mut dyn Host, context: &RunContext) -> Result<Self, HostError> {
        let oldest = match host.trading_day_from(context.day, -1) {
            // The first day of the published calendar: the session before it cannot be further away than this.
            Err(HostError::Unavailable(_)) => context.day.saturating_sub(LONGEST_CLOSURE_DAYS),
            known => known?,
        };
        Ok(Self { day: host.trading_day(context.day)?, oldest, now: context.now })
    }

    /// The minute of the day while the session of this bar still runs.
    fn running_minute(&self, bar: &Bar) -> Option<u32> {
        let ends = time::session_close(&self.day)?;
        let running = bar.day == self.day.day && self.now < ends;
        let since_midnight = self.now.saturating_sub(time::at(self.day.day, 0, 0)) / MINUTE_MS;
        u32::try_from(since_midnight).ok().filter(|_| running)
    }
}

/// Judges every symbol at its newest close and decides all but the buys, which are answered.
fn judge_all(
    host: &mut dyn Host,
    symbols: &[String],
    today: &Today,
    settings: &Settings,
    report: &mut Report,
) -> Result<Vec<(String, Assessment)>, TaskError> {
    let mut buys = Vec::new();
    for batch in symbols.chunks(BATCH) {
        let candles = host.candles(batch, Interval::Daily, VERDICT_BARS as u32, false)?;
        for (symbol, candles) in batch.iter().zip(&candles) {
            report.count("processed");
            let judged = judge(candles, today, settings);
            if judged.as_ref().is_ok_and(Assessment::is_short_history) {
                report.count("short_history");
            }
            match judged {
                Ok(assessment) if assessment.verdict.is_buy() => buys.push((symbol.clone(), assessment)),
                Ok(assessment) => {
                    let verdict = assessment.verdict.code();
                    report.decide(symbol, verdict, assessment.reason.code(), evidence(&assessment));
                    report.count(verdict);
                    report.count("judged");
                }
                Err(unfit) => {
                    report.decide(symbol, "skip", unfit, Evidence::new().with("candles", candles.len()));
                    report.count(unfit);
                }
            }
        }
    }
    report.add("judged", buys.len() as i64);
    Ok(buys)
}

/// The judgement of a symbol's candles, or the code of why there is none.
fn judge(candles: &[Candle], today: &Today, settings: &Settings) -> Result<Assessment, &'static str> {
    let bars = bars(candles).ok_or("invalid_candles")?;
    let last = *bars.last().ok_or("no_candles")?;
    if last.day < today.oldest {
        return Err("stale_candles");
    }
    let series = Series::new(bars, settings.rsi_period);
    let assessed = series.latest().and_then(|view| assess(&view, today.running_minute(&last), settings));
    assessed.ok_or("insufficient_history")
}

/// The bars of candles; `None` when a price is not positive, a bar contradicts itself or the days do not ascend.
fn bars(candles: &[Candle]) -> Option<Vec<Bar>> {
    let sound = candles.iter().all(|candle| {
        let body = candle.open.min(candle.close)..=candle.open.max(candle.close);
        candle.low > 0 && candle.low <= *body.start() && candle.high >= *body.end()
    });
    let ascending = candles.is_sorted_by(|a, b| a.day < b.day);
    (sound && ascending).then(|| candles.iter().map(bar).collect())
}

fn bar(candle: &Candle) -> Bar {
    Bar {
        day: candle.day,
        open: candle.open as f64,
        high: candle.high as f64,
        low: candle.low as f64,
        close: candle.close as f64,
        volume: candle.volume as f64,
    }
}

/// Tries the past of the buys, decides them, and answers the drafts of those whose scores leave a buy.
fn try_all(
    host: &mut dyn Host,
    buys: Vec<(String, Assessment)>,
    settings: &Settings,
    report: &mut Report,
) -> Result<Vec<SignalDraft>, TaskError> {
    let symbols: Vec<String> = buys.iter().map(|(symbol, _)| symbol.clone()).collect();
    let mut buys = buys.into_iter();
    let mut drafts = Vec::new();
    for batch in symbols.chunks(BATCH) {
        let candles = host.candles(batch, Interval::Daily, PAST_BARS, false)?;
        for (candles, (symbol, assessment)) in candles.iter().zip(buys.by_ref()) {
            let past = bars(candles).map(|bars| Series::new(bars, settings.rsi_period));
            match past.and_then(|series| Candidate::of(assessment, &series, settings)) {
                Some(candidate) => drafts.extend(admit(&symbol, &candidate, report)),
                None => decide_invalid(&symbol, report),
            }
        }
    }
    Ok(drafts)
}

/// The draft of a candidate with a final verdict to buy. What a user asks of its past beyond that is asked where it is bought.
fn admit(symbol: &str, candidate: &Candidate, report: &mut Report) -> Option<SignalDraft> {
    if !candidate.final_verdict.is_buy() {
        report.decide(symbol, Verdict::Watch.code(), "final_verdict", past_evidence(candidate));
        report.count("refused_by_past");
        return None;
    }
    let Some(draft) = draft(symbol, candidate) else {
        decide_invalid(symbol, report);
        return None;
    };
    let verdict = candidate.final_verdict.code();
    report.decide(symbol, verdict, candidate.assessment.reason.code(), past_evidence(candidate));
    report.count(verdict);
    Some(draft)
}

fn decide_invalid(symbol: &str, report: &mut Report) {
    report.decide(symbol, "skip", "invalid_candles", Evidence::new());
    report.count("invalid_candles");
}

fn publish(
    host: &mut dyn Host,
    drafts: &[SignalDraft],
    today: &Today,
    report: &mut Report,
) -> Result<String, TaskError> {
    let found = format!(
        "{} judged, {} found",
        plural(report.counted("judged"), "symbol", "symbols"),
        plural(drafts.len(), "buy", "buys"),
    );
    if !today.day.open {
        let note = &today.day.note;
        host.log(LogLevel::Warn, &format!("not a trading day ({note}): signals are left as they are"));
        report.decide("", "skip", "not_trading_day", Evidence::new().with("note", note));
        return Ok(format!("{found}; not a trading day, nothing published"));
    }
    let PublishReport { inserted, updated, expired, skipped } = host.publish(drafts)?;
    let answered = [("inserted", inserted), ("updated", updated), ("expired", expired), ("skipped", skipped)];
    for (name, value) in answered {
        report.add(name, i64::from(value));
    }
    let new = plural(inserted, "signal", "signals");
    Ok(format!("{found}; {new} new, {updated} updated, {expired} expired, {skipped} left out"))
}

fn evidence(assessment: &Assessment) -> Evidence {
    let evidence = Evidence::new();
    // With fewer sessions than asked for, the long average is less sure than elsewhere.
    let evidence = if assessment.is_short_history() {
        evidence.with("short_history", format!("{} of {VERDICT_BARS} sessions", assessment.sessions))
    } else {
        evidence
    };
    evidence
        .number("close", assessment.close / 100.0)
        .number("rsi", assessment.rsi)
        .with("above_ema200", assessment.above_trend())
        .with("verdict", assessment.verdict.code())
        .with("alignment", assessment.alignment.score)
        .number("chart_score", assessment.chart.score)
        .number("volume_ratio", assessment.volume.ratio)
        .with("selling_pressure", assessment.pressure)
        .number("dip_depth_pct", assessment.dip.depth)
}

fn past_evidence(candidate: &Candidate) -> Evidence {
    let backtest = &candidate.backtest;
    evidence(&candidate.assessment)
        .with("final_verdict", candidate.final_verdict.code())
        .with("signs", reasons(candidate).join(" "))
        .with("trades", backtest.trades.len())
        .number("win_rate_pct", backtest.win_rate())
        .number("average_profit_pct", backtest.average_profit())
        .number("total_return_pct", backtest.total_return())
        .number("hold_return_pct", backtest.hold_return)
        .number("strength_score", candidate.strength)
        .number("backtest_score", candidate.backtest_score)
        .number("combined_score", candidate.combined)
        .number("priority_score", candidate.priority)
}

fn settings_of(strategy: &Strategy) -> Settings {
    Settings {
        rsi_period: strategy.rsi_period as usize,
        rsi_oversold: strategy.rsi_oversold,
        rsi_extreme_oversold: strategy.rsi_extreme_oversold,
        rsi_near_oversold: strategy.rsi_near_oversold,
        rsi_exit: strategy.rsi_exit,
        min_average_volume: strategy.min_absolute_avg_volume as f64,
        chart_quality_enabled: strategy.chart_quality_enabled,
        chart_min_score: strategy.chart_quality_min_score,
        chart_max_gap_frequency: strategy.chart_quality_max_gap_frequency,
        chart_min_daily_range: strategy.chart_quality_min_daily_range_pct,
        chart_max_extreme_frequency: strategy.chart_quality_max_extreme_candle_frequency,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::winning_bars;
    use prahari_sdk::ScriptedHost;

    #[test]
    fn scores_that_leave_no_buy_publish_nothing_and_keep_the_figures_of_the_past() {
        let settings = settings_of(&ScriptedHost::default_strategy());
        let series = Series::new(winning_bars(), 10);
        let assessment = series.latest().and_then(|view| assess(&view, None, &settings)).unwrap();
        let candidate = Candidate::of(assessment, &series, &settings).unwrap();
        let watched = Candidate { final_verdict: Verdict::Watch, ..candidate.clone() };
        let mut host = ScriptedHost::at(20_000, 16, 0);
        let summary = Report::collect(&mut host, |_, report| {
            assert!(admit("KEPT", &candidate, report).is_some());
            assert!(admit("LEFT", &watched, report).is_none());
            assert_eq!(report.counted("refused_by_past"), 1);
            Ok(String::new())
        });
        assert!(summary.is_ok());
        let decision = host.decision("LEFT").unwrap();
        assert_eq!((decision.action.as_str(), decision.reason.as_str()), ("watch", "final_verdict"));
        assert!(decision.evidence.iter().any(|fact| fact.name == "win_rate_pct"), "{decision:?}");
    }
}
