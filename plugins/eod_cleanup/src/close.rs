//! The run: reconcile, give up, close. The host tells the user what the date came to.

use prahari_sdk::money::for_people;
use prahari_sdk::{
    DayStatement, Evidence, Host, HostError, LogLevel, Order, OrderFilter, Report, RunContext, TaskError,
    orders, plural, time,
};

/// Closes the date and answers the summary's line.
///
/// # Errors
/// When the retries cannot be read or given up, or the date cannot be closed.
pub fn close(host: &mut dyn Host, context: &RunContext, report: &mut Report) -> Result<String, TaskError> {
    reconcile(host, report)?;
    give_up_expired(host, context, report)?;
    let statement = host.close_day()?;
    count(&statement, report);
    Ok(line(&statement))
}

/// A broker that does not answer in the evening must not keep the date open; the host reconciles again before the next
/// order anyway.
fn reconcile(host: &mut dyn Host, report: &mut Report) -> Result<(), HostError> {
    report.add("differences", 0);
    let differences = match host.reconcile() {
        Err(HostError::Unavailable(why)) => {
            host.log(LogLevel::Warn, &format!("not reconciled: {why}"));
            report.count("reconcile_unavailable");
            report.decide("", "skip", "reconcile_unavailable", Evidence::new().with("detail", why));
            return Ok(());
        }
        other => other?,
    };
    for difference in differences {
        report.count("differences");
        let evidence = Evidence::new().with("detail", &difference.detail);
        report.decide(&difference.symbol, "reconcile", &difference.kind, evidence);
    }
    Ok(())
}

fn give_up_expired(host: &mut dyn Host, context: &RunContext, report: &mut Report) -> Result<(), TaskError> {
    report.add("retries_given_up", 0);
    let mut expired: Vec<Order> = Vec::new();
    for order in host.orders(OrderFilter::Retryable)? {
        if time::retry_expires_at(host, order.first_placed_at)? <= context.now {
            expired.push(order);
        }
    }
    if expired.is_empty() {
        return Ok(());
    }
    let ids: Vec<String> = expired.iter().map(|order| order.id.clone()).collect();
    let answers = host.cancel(&ids, "retry_expired")?;
    for (order, answer) in expired.iter().zip(answers) {
        let evidence = Evidence::new().with("order", &order.id);
        match answer {
            Ok(()) => {
                report.count("retries_given_up");
                report.decide(&order.symbol, "cancel", "retry_expired", evidence);
            }
            Err(refusal) => {
                let evidence = evidence.with("refusal", &refusal.detail);
                report.decide(&order.symbol, "skip", orders::reason_of(refusal.code), evidence);
            }
        }
    }
    Ok(())
}

fn count(statement: &DayStatement, report: &mut Report) {
    report.add("realised_paise", statement.realised);
    report.add("unrealised_paise", statement.unrealised);
    report.add("charges_paise", statement.charges);
    report.add("orders_placed", i64::from(statement.orders_placed));
    report.add("orders_expired", i64::from(statement.orders_expired));
    report.add("fills", i64::from(statement.fills));
    report.add("open_positions", i64::from(statement.open_positions));
}

fn line(statement: &DayStatement) -> String {
    format!(
        "realised {}, unrealised {}, charges {}, cash {}; {}, {}, {}",
        for_people(statement.realised),
        for_people(statement.unrealised),
        for_people(statement.charges),
        for_people(statement.cash),
        plural(statement.orders_placed, "order", "orders"),
        plural(statement.fills, "fill", "fills"),
        plural(statement.open_positions, "open position", "open positions"),
    )
}
