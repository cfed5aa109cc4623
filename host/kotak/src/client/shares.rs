//! The file of all shares.

use serde_json::Value;

use super::{KotakClient, LONGEST_FILE};
use crate::error::{Call, KotakError, Meaning};
use crate::http::exchange;
use crate::http::reach::below;
use crate::scrip::ScripMaster;
use crate::session::Session;
use crate::wire::body;

/// End of the name of the file with the shares.
const FILE: &str = "nse_cm-v1.csv";

impl KotakClient {
    /// Fetches and reads the file of all shares.
    pub(crate) async fn shares(&self, session: &Session) -> Result<ScripMaster, KotakError> {
        let list = self.open_request(below(&session.base, "script-details/1.0/masterscrip/file-paths"));
        let answer = self.ask(Call::Files, list).await?;
        let paths = answer.get("data").and_then(|data| data.get("filesPaths")).and_then(Value::as_array);
        let paths = paths.map(Vec::as_slice).unwrap_or_default();
        let named = paths.iter().filter_map(Value::as_str).find(|path| path.ends_with(FILE));
        let named = named.ok_or_else(|| body::misread(Call::Files, format!("there is no {FILE}")))?;
        let url =
            self.reach.read(named).ok_or_else(|| body::misread(Call::Files, "it is not the broker's"))?;
        let within = self.turn(Call::Shares).await?;
        // Without any key: the file is open to everybody.
        let raw = exchange(self.http.reading.get(url.clone()), LONGEST_FILE, within).await;
        let raw = raw.map_err(|none| body::no_answer(Call::Shares, none))?;
        if raw.status != 200 {
            let error = KotakError::ours(Call::Shares, Meaning::Gateway, "the file is not given out");
            return Err(KotakError { http: Some(raw.status), ..error });
        }
        ScripMaster::read(&raw.body, url.path(), self.settings.fewest_shares)
            .map_err(|why| body::misread(Call::Shares, why))
    }
}
