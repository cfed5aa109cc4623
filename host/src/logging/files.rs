//! The log files' way to the disk: a thread of its own, so that no disk that hangs or is full holds up anybody.

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, SyncSender, TrySendError, channel, sync_channel};
use std::time::Duration;

use prahari_domain::time::Day;

use super::clock;
use super::writer::{DayWriter, MOST_BYTES};
use crate::exit::{Failure, warn};

/// Most lines that wait for the disk; those that find no place are counted.
const MOST_WAITING: usize = 8_192;

/// Longest time that the end of the program waits for the last lines.
const END_WITHIN: Duration = Duration::from_secs(2);

/// A folder into which log lines are written. Clones share it.
#[derive(Debug, Clone)]
pub struct LogFiles {
    orders: SyncSender<Order>,
    lost: Arc<AtomicU64>,
}

/// What the thread is told.
#[derive(Debug)]
enum Order {
    /// A line of a day, with its line end.
    Line(Day, Vec<u8>),
    /// Nothing more comes: write all and answer.
    End(Sender<()>),
}

impl LogFiles {
    /// Makes sure that the folder can be written into, and starts the thread.
    pub fn open(folder: &Path, keep: u32) -> Result<Self, Failure> {
        let refused = |error: io::Error| {
            Failure::input(format!("log files cannot be written into {}: {error}", folder.display()))
        };
        fs::create_dir_all(folder).map_err(refused)?;
        try_to_write(folder).map_err(refused)?;
        let (orders, received) = sync_channel(MOST_WAITING);
        let lost = Arc::new(AtomicU64::new(0));
        let writer = DayWriter::new(folder.to_owned(), keep, MOST_BYTES, Box::new(warn));
        let counted = lost.clone();
        let thread = std::thread::Builder::new().name("prahari-log".to_owned());
        thread.spawn(move || write_until_end(writer, &received, &counted)).map_err(Failure::work)?;
        Ok(Self { orders, lost })
    }

    /// Waits until everything is written, two seconds at most.
    pub fn end(&self) {
        let (done, ended) = channel();
        if self.orders.try_send(Order::End(done)).is_ok() {
            let _in_time_or_not = ended.recv_timeout(END_WITHIN);
        }
    }
}

/// Makes a file and removes it: a day without a line has none.
fn try_to_write(folder: &Path) -> io::Result<()> {
    let tried = folder.join(format!(".prahari-{}", std::process::id()));
    fs::write(&tried, "")?;
    fs::remove_file(&tried)
}

/// Is given whole lines.
impl Write for LogFiles {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let order = Order::Line(clock::now().ist_day(), line.to_vec());
        if let Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) = self.orders.try_send(order) {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes what comes, each time all that waits.
fn write_until_end(mut writer: DayWriter, orders: &Receiver<Order>, lost: &AtomicU64) {
    while let Ok(first) = orders.recv() {
        writer.add_missing(lost.swap(0, Ordering::Relaxed));
        let mut next = Some(first);
        while let Some(order) = next {
            match order {
                Order::Line(day, line) => writer.add(day, &line),
                Order::End(done) => {
                    writer.end();
                    // Nobody waits any more.
                    let _waited_long_enough = done.send(());
                }
            }
            next = orders.try_recv().ok();
        }
        writer.flush();
    }
}
