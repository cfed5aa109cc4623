//! What an alert can be about.

use crate::columns::named;

named! {
    /// The kind of an alert. What each means and what to do about it stands in docs/OPERATIONS.md.
    AlertCode {
        /// A slot was expected and nothing of it was seen.
        SlotNotSeen = "slot_not_seen",
        /// A user is halted: nothing of theirs is sent.
        UserHalted = "user_halted",
        /// Most shares have no new bar, or a folder of bars that changed cannot be read.
        BarsStale = "bars_stale",
        /// A held share had no new price on two trading days.
        PriceMissing = "price_missing",
        /// The last day of which the holidays are known is near, or past.
        CalendarEnds = "calendar_ends",
        /// The calendar of the database cannot be read, so the one that ships is in force.
        CalendarDamaged = "calendar_damaged",
        /// A write that nobody waited for contradicts what the database holds.
        WriteRefused = "write_refused",
        /// The clock stands before what is done already, so nothing is started.
        ClockSetBack = "clock_set_back",
        /// The clock jumped forward over instants at which something was due.
        ClockJumped = "clock_jumped",
        /// Orders of a symbol are halted for a user.
        SymbolHalted = "symbol_halted",
        /// The version of a task's module that is active keeps failing, and no earlier one can take its place.
        ModuleUnfit = "module_unfit",
        /// What became of an order at the broker is not known.
        OrderUnknown = "order_unknown",
        /// An order of another start of Prahari stands at the broker, and the books do not know it.
        OrderUnclaimed = "order_unclaimed",
        /// The exchange has annulled an execution after it was reported, or seems to have.
        FillWithdrawn = "fill_withdrawn",
        /// No service runs a task of the strategy that positions of a user belong to.
        PositionUnattended = "position_unattended",
        /// An individual service failed again after its last restart and stays stopped.
        ServiceStopped = "service_stopped",
        /// A source of prices over the net cannot be asked.
        SourceDown = "source_down",
        /// A source says bars of the past otherwise than before.
        BarsRestated = "bars_restated",
        /// A corporate action is booked, and its source no longer tells it.
        ActionNotTold = "action_not_told",
        /// A source tells a corporate action whose change of price did not come.
        ActionDoubted = "action_doubted",
        /// A share that the user holds was demerged, and nobody has told the terms.
        ActionWithoutTerms = "action_without_terms",
        /// The doctor found in the morning that something of a user's day will not work.
        NotReady = "not_ready",
        /// The broker holds other shares than the books, and nobody has said whose they are.
        HoldingsDiffer = "holdings_differ",
        /// Nobody logs a user in at their broker any more until a person allows it.
        LoginBlocked = "login_blocked",
    }
}
