//! The trading day as a script sees it.

use std::sync::Arc;

use chrono::Datelike;
use prahari_domain::calendar::TradingDay;
use prahari_domain::time::Timestamp;
use rhai::{Array, Engine, EvalAltResult};

use crate::clock_time;

/// The `day` that a script is asked about. All times are minutes since IST midnight.
#[derive(Debug, Clone)]
pub(crate) struct ScriptDay(Arc<TradingDay>);

/// A task that runs each minute in these stretches, in minutes since midnight, ends not included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EachMinute(pub Vec<(i64, i64)>);

type Answer<T> = Result<T, Box<EvalAltResult>>;

impl ScriptDay {
    pub fn new(day: &TradingDay) -> Self {
        Self(Arc::new(day.clone()))
    }

    /// Teaches an engine the type and what a script may ask it.
    pub fn register(engine: &mut Engine) {
        engine
            .register_type_with_name::<Self>("Day")
            .register_type_with_name::<EachMinute>("EachMinute")
            .register_get("date", |day: &mut Self| day.0.day.to_string())
            .register_get("weekday", |day: &mut Self| i64::from(day.0.day.weekday().number_from_monday()))
            .register_get("month", |day: &mut Self| i64::from(day.0.day.month()))
            .register_get("day_of_month", |day: &mut Self| i64::from(day.0.day.day()))
            .register_get("special", |day: &mut Self| day.0.special)
            .register_get("note", |day: &mut Self| day.0.note.clone())
            .register_get("opens", |day: &mut Self| day.hours().0)
            .register_get("closes", |day: &mut Self| day.hours().1)
            .register_fn("moved", |day: &mut Self, time: &str| -> Answer<i64> {
                Ok(day.moved(minutes(time)?))
            })
            .register_fn("hourly", |day: &mut Self, start: &str, end: &str| -> Answer<Array> {
                let times = day.hourly(minutes(start)?, minutes(end)?);
                Ok(times.into_iter().map(Into::into).collect())
            })
            .register_fn("each_minute", |day: &mut Self, start: &str, end: &str| -> Answer<EachMinute> {
                Ok(EachMinute(day.each_minute(minutes(start)?, minutes(end)?)))
            });
    }

    /// A time of an ordinary day on this day. Before the open it keeps its distance to the open; after the close it
    /// keeps its distance to the close, but is never earlier than usual; between them it keeps its distance to the
    /// open and ends with the session.
    pub fn moved(&self, time: i64) -> i64 {
        let ((open, close), (usual_open, usual_close)) = (self.hours(), self.usual_hours());
        let from_open = open + (time - usual_open);
        if time <= usual_open {
            from_open
        } else if time >= usual_close {
            time.max(close + (time - usual_close))
        } else {
            from_open.min(close)
        }
    }

    /// Each hour of an ordinary day from start to end; on a special session each hour from the same distance to the
    /// opening of each of its windows.
    fn hourly(&self, start: i64, end: i64) -> Vec<i64> {
        let hours = |from: i64, to: i64| (from..=to).step_by(60);
        if self.is_usual() {
            return hours(start, end).collect();
        }
        let later = start - self.usual_hours().0;
        self.windows().into_iter().flat_map(|(open, close)| hours(open + later, close)).collect()
    }

    /// From start to end on an ordinary day; on a special session in each of its windows, less what the rule leaves
    /// out after the open and before the close of an ordinary day. A rule that starts before the open does so on the
    /// first window only.
    fn each_minute(&self, start: i64, end: i64) -> Vec<(i64, i64)> {
        let (usual_open, usual_close) = self.usual_hours();
        let mut stretches = vec![(start, end)];
        if !self.is_usual() {
            let (after, before) = (start - usual_open, (usual_close - end).max(0));
            let first = self.hours().0;
            let begins = |open: i64| open + if open == first { after } else { after.max(0) };
            let windows = self.windows().into_iter();
            stretches = windows.map(|(open, close)| (begins(open), close - before)).collect();
        }
        stretches.retain(|(from, to)| from < to);
        stretches
    }

    fn is_usual(&self) -> bool {
        self.hours() == self.usual_hours()
    }

    fn hours(&self) -> (i64, i64) {
        let windows = self.windows();
        let ends = windows.first().zip(windows.last());
        ends.map_or_else(|| self.usual_hours(), |(first, last)| (first.0, last.1))
    }

    fn windows(&self) -> Vec<(i64, i64)> {
        self.0.continuous().into_iter().map(|(open, close)| (minute(open), minute(close))).collect()
    }

    fn usual_hours(&self) -> (i64, i64) {
        (minute(self.0.usual_hours.0), minute(self.0.usual_hours.1))
    }
}

fn minute(at: Timestamp) -> i64 {
    i64::from(at.ist_minute_of_day())
}

fn minutes(text: &str) -> Answer<i64> {
    clock_time::parse(text).map(clock_time::minutes).map_err(Into::into)
}
