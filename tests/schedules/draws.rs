//! Schedules by chance, the same for the same seed: plain rules, scripts and cron expressions, one or several, each
//! schedule valid for its task.
#![allow(clippy::unwrap_used, reason = "helpers of tests; clippy exempts only the tests themselves")]

use chrono::NaiveTime;
use prahari_domain::calendar::Calendar;
use prahari_domain::tasks::Task;
use prahari_schedule::{Rule, Schedule, parse_zone, validate};

use crate::support::{at, manifest, tasks};

/// A source of chance (SplitMix64).
pub struct Draws(pub u64);

impl Draws {
    /// From 0 to below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % end
    }

    /// A schedule for each task; a continuous slot has at most `ticks` ticks on an ordinary day.
    pub fn set(&mut self, calendar: &Calendar, ticks: u64) -> Vec<Schedule> {
        tasks().into_iter().map(|task| self.schedule(task, calendar, ticks)).collect()
    }

    fn schedule(&mut self, task: Task, calendar: &Calendar, ticks: u64) -> Schedule {
        let bounds = manifest(task).schedule.bounds;
        loop {
            let rules = (0..1 + self.below(3)).map(|_| self.rule(task, ticks)).collect();
            let (enabled, description) = (self.below(10) > 0, "by chance".to_owned());
            let schedule = Schedule { task, rules, after: None, enabled, description };
            if validate(&schedule, &bounds, calendar, at("2025-01-01", "09:00")).is_ok() {
                return schedule;
            }
        }
    }

    fn rule(&mut self, task: Task, ticks: u64) -> Rule {
        match self.below(3) {
            0 => self.plain(task, ticks),
            1 => self.script(task, ticks),
            _ => self.cron(),
        }
    }

    fn cron(&mut self) -> Rule {
        let (minute, hour) = (self.below(60), self.below(24));
        let expression = match self.below(6) {
            0 => format!("{minute} {hour} * * *"),
            1 => format!("{minute} {hour} * * MON-WED"),
            2 => format!("{minute},30 9-15/2 * * *"),
            3 => format!("{minute} {hour} L,1,15W * *"),
            4 => format!("{minute} {hour} * 3,11 FRI#L"),
            _ => "*/45 10-14 * * *".to_owned(),
        };
        let zones = ["Asia/Kolkata", "Asia/Kolkata", "Europe/London", "America/New_York", "Africa/Cairo"];
        let zone = zones.into_iter().nth(usize::try_from(self.below(5)).unwrap()).unwrap();
        Rule::Cron { expression, zone: parse_zone(zone).unwrap() }
    }

    fn plain(&mut self, task: Task, ticks: u64) -> Rule {
        match task.name() {
            "sell_monitor" => {
                let start = 9 * 60 + self.below(6 * 60);
                Rule::EachMinute { start: time(start), end: time(start + 1 + self.below(ticks)) }
            }
            "position_monitor" => {
                let first = self.below(8);
                let last = first + self.below(8 - first);
                Rule::Hourly { start: time((8 + first) * 60 + 30), end: time((8 + last) * 60 + 30) }
            }
            _ => Rule::At { time: time(9 * 60 + self.below(9 * 60 + 1)) },
        }
    }

    fn script(&mut self, task: Task, ticks: u64) -> Rule {
        let (one, two) = (text(self.below(1_440)), text(self.below(1_440)));
        let number = self.below(60);
        let body = match self.below(9) {
            0 => format!("[{one:?}, {two:?}]"),
            1 => format!("if day.weekday == {} {{ {one:?} }} else {{ {two:?} }}", 1 + number % 5),
            2 => format!("if day.special {{ () }} else {{ day.moved({one:?}) }}"),
            3 => format!("[day.opens + {number}, day.closes - {number}]"),
            4 => "let times = []; for m in range(day.opens, day.closes, 45) { times.push(m); } times"
                .to_owned(),
            5 => format!("if day.day_of_month <= 7 {{ [day.moved({one:?})] }} else {{ [] }}"),
            6 => "day.hourly(\"09:45\", \"15:15\")".to_owned(),
            7 => {
                "switch day.month { 3 => 600, 11 => [\"18:30\", day.opens], _ => day.closes + 20 }".to_owned()
            }
            _ if task == Task::literal("sell_monitor") => {
                let start = 9 * 60 + 15 + self.below(5 * 60);
                format!("day.each_minute({:?}, {:?})", text(start), text(start + 1 + self.below(ticks)))
            }
            _ => format!("half({}, {number})", self.below(1_300)),
        };
        Rule::Script(format!("fn half(a, b) {{ a + b / 2 }} fn slots(day) {{ {body} }}"))
    }
}

fn time(minutes: u64) -> NaiveTime {
    let minutes = u32::try_from(minutes).unwrap();
    NaiveTime::from_hms_opt(minutes / 60, minutes % 60, 0).unwrap()
}

fn text(minutes: u64) -> String {
    time(minutes).format("%H:%M").to_string()
}
